"""The browser libraries of npm as static files under `vendor/`: a short list, served as they are, without a bundler."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

VENDOR = {
    "tabler/tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "inter/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2",
    "inter/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-opsz-normal.woff2",
    "htmx/htmx.js": "htmx.org/dist/htmx.min.js",
    "echarts/echarts.mjs": "echarts/dist/echarts.esm.min.mjs",
    "maplibre/maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre/maplibre-gl-shared.mjs": "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "maplibre/maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "topojson/topojson-client.js": "topojson-client/dist/topojson-client.min.js",
    "world/countries-50m.json": "world-atlas/countries-50m.json",
    "world/countries-10m.json": "world-atlas/countries-10m.json",
}


def node_modules() -> Path:
    """The folder that `npm ci` filled; `NODE_MODULES` in the settings, else beside `src`."""
    return Path(getattr(settings, "NODE_MODULES", Path(__file__).parents[3] / "node_modules"))


class NodeModulesFinder(BaseFinder):
    """Finds the files of `VENDOR`. Add it to `STATICFILES_FINDERS`."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = VENDOR.get(path.removeprefix("vendor/")) if path.startswith("vendor/") else None
        found = [str(node_modules() / source)] if source and (node_modules() / source).is_file() else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for target, source in VENDOR.items():
            if (node_modules() / source).is_file():
                yield f"vendor/{target}", _OneFile(target, node_modules() / source)


class _OneFile(FileSystemStorage):
    """A storage that holds one file under the name by which it is served."""

    def __init__(self, target: str, source: Path) -> None:
        super().__init__(location=str(source.parent))
        self.target, self.source = f"vendor/{target}", source

    def path(self, name: str) -> str:
        return str(self.source) if name == self.target else super().path(name)
