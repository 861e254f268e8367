"""The fixture `fake_fcm`: a test module, or a conftest, imports it together with what it stands on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_fcm.process import FakeFcmProcess


@pytest.fixture(scope="session")
def fake_fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFcmProcess]:
    fake = FakeFcmProcess(tmp_path_factory.mktemp("fcm"))
    yield fake
    fake.close()


@pytest.fixture
def fake_fcm(fake_fcm_process: FakeFcmProcess) -> FakeFcmProcess:
    """One process for the whole run; each test finds it forgetful."""
    fake_fcm_process.forget()
    return fake_fcm_process
