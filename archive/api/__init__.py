"""The public API under /api/v1/: read only, published documents only; described by /api/v1/openapi.json."""

from archive.api import changes, documents, issues, search
from archive.api.description import ABOUT, DescribedApi
from archive.api.door import behind_the_door
from archive.api.errors import tell_errors_of

# The pages that show an API in a browser fetch their script from elsewhere: none of them.
api = DescribedApi(
    title="Gazette archive",
    version="1",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
    description=ABOUT,
    openapi_extra={"externalDocs": {"url": "/api/"}},
)
for room in (search, issues, documents, changes):
    api.add_router("", room.router)
tell_errors_of(api)

_patterns, _app, _namespace = api.urls
urls = (behind_the_door(_patterns), _app, _namespace)
