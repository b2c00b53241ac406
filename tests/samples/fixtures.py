"""The samples as a session fixture; a conftest takes it by `from tests.samples.fixtures import samples`."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.samples.generate import Form, Sample, write_samples

TEST_SEED = 1
TEST_LONG_SIDE_PX = 1000


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Every paper once in every form."""

    all: Sequence[Sample]

    def one(self, paper: str, form: Form | str) -> Sample:
        """paper: certificate_of_insurance, training_certificate, class_timetable or teacher_timetable."""
        return next(sample for sample in self.all if sample.paper == paper and sample.form == form)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    """Drawn once a session into a temporary folder; images are small enough for stock EasyOCR."""
    return SampleSet(write_samples(tmp_path_factory.mktemp("samples"), seed=TEST_SEED, long_side=TEST_LONG_SIDE_PX))
