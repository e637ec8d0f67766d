from pathlib import Path

import pytest

from gis_data.demo import DemoFiles, write_files
from gis_data.demo.county import County, build_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    directory: Path = tmp_path_factory.mktemp("county")
    return write_files(directory)
