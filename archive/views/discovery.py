"""How machines find their way: the sitemaps, what crawlers are asked to leave alone, the search box of a browser."""

from django.conf import settings
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.sitemaps import SITEMAPS

# OpenSearch 1.1 asks for short names.
LONGEST_NAME = 16


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """The sitemaps, each with the time of its latest change."""
    return sitemap_views.index(request, SITEMAPS, "sitemap_index.xml", sitemap_url_name="sitemap")


@require_safe
def sitemap(request: HttpRequest, section: str) -> HttpResponseBase:
    """One sitemap, in pages: `?p=2`."""
    return sitemap_views.sitemap(request, SITEMAPS, section, "sitemap.xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers are asked to leave alone (RFC 9309)."""
    context = {"sitemap": request.build_absolute_uri(reverse("sitemap-index"))}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """The description by which a browser takes the archive among its search engines (OpenSearch 1.1)."""
    name = settings.SITE["name"]
    context = {
        "origin": request.build_absolute_uri("/").removesuffix("/"),
        "short_name": name[:LONGEST_NAME],
        "description": _("检索%(name)s：关键词、文号或人名") % {"name": name},
    }
    content_type = "application/opensearchdescription+xml; charset=utf-8"
    return render(request, "opensearch.xml", context, content_type=content_type)
