"""What the API says of itself: the OpenAPI description with every parameter, field, header and error."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from archive.api.filters import Narrowing
from archive.api.schemas import Problem

# What each error means, and what to do.
ERRORS = {
    400: _("请求本身读不懂。"),
    404: _("没有这个网址，或没有公开的公报、公文用这个编号。"),
    405: _("只能读：GET、HEAD 和 OPTIONS。"),
    410: _("曾经公开，已撤回；detail 是理由。"),
    422: _("参数不能接受；errors 逐个说明。"),
    429: _("请求过多；过 Retry-After 所说的秒数再来。"),
    500: _("本库出错；已记入日志。"),
    503: _("暂时不能回答：索引或数据库未就绪；过 Retry-After 所说的秒数再来。"),
}
# Errors of an address alone, of which there is none but where it names something.
_OF_ONE = (404, 410)
_RETRY = _("过多少秒再来。")
_ETAG = _("这份答复的标记，内容不变就不变；下次放在 If-None-Match 里。")
_SINCE = _("本库公开的内容最近一次变动的时间。")
_LINK = _("下一页的网址，rel=next；末页没有。")
_ASKED = _("上次答复的 ETag；内容没有变就答 304，没有正文。")
_HOLDS = _("内容没有变，用上次的答复。")
_ANSWER = _("答复。")
_EVERYWHERE = (400, 422, 429, 500, 503)
_PROBLEM = "application/problem+json"
ABOUT = _("本库公开的各期公报和公文，JSON 格式，只读，不需登录。")


class DescribedApi(NinjaAPI):
    """The API, describing itself in English to programs and in the reader's language on its page."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        with translation.override("en"):
            return self.described(path_prefix, path_params)

    def described(
        self, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description in the present language."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = schema["components"]["schemas"]
        problem = Problem.model_json_schema(by_alias=True, ref_template=REF_TEMPLATE, mode="serialization")
        components |= problem.pop("$defs")
        components["Problem"] = problem
        # Parameters that are kept together in the program are no record of any answer.
        components.pop(Narrowing.__name__, None)
        for operations in schema["paths"].values():
            for operation in operations.values():
                _complete(operation)
        for part in ("info", "paths", "components"):
            schema[part] = _in_words(schema[part], titled=part == "info")
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _complete(operation: dict[str, Any]) -> None:
    """Add what holds for every address: conditional requests, errors, headers."""
    responses = {str(status): response for status, response in operation["responses"].items()}
    found = responses["200"]
    found["description"] = _ANSWER
    found["headers"] = {"ETag": _header(_ETAG), "Last-Modified": _header(_SINCE)}
    if any(parameter["name"] == "after" for parameter in operation["parameters"]):
        found["headers"]["Link"] = _header(_LINK)
    responses["304"] = {"description": _HOLDS, "headers": {"ETag": _header(_ETAG)}}
    names_one = any(parameter["in"] == "path" for parameter in operation["parameters"])
    for status in sorted({*_EVERYWHERE, *(_OF_ONE if names_one else ())}):
        responses[str(status)] = _error(status)
    operation["responses"] = responses
    operation["parameters"].sort(key=lambda one: (one["in"] != "path", one["name"] != "q"))
    operation["parameters"].append(
        {
            "in": "header",
            "name": "If-None-Match",
            "schema": {"type": "string"},
            "required": False,
            "description": _ASKED,
        }
    )


def _error(status: int) -> dict[str, Any]:
    error: dict[str, Any] = {
        "description": ERRORS[status],
        "content": {_PROBLEM: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}},
    }
    if status in (429, 503):
        error["headers"] = {"Retry-After": {"description": _RETRY, "schema": {"type": "integer"}}}
    return error


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _in_words(part: Any, titled: bool = False) -> Any:
    """The part of the description in the present language, without the titles that are field names in other letters."""
    if isinstance(part, list):
        return [_in_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: gettext(value)
        if name in ("description", "summary") and isinstance(value, str) and value
        else _in_words(value)
        for name, value in part.items()
        if titled or name != "title" or not isinstance(value, str)
    }
