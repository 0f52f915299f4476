"""The forms ask for sections that there are, and the quick one for no large nation."""

from bench.forms import FORMS, LARGE, PLAIN, QUICK
from bench.sections import SECTIONS


def test_every_form_names_sections_that_can_be_measured() -> None:
    names = {section.name for section in SECTIONS}

    assert all(names.issuperset(form.sections) for form in FORMS)
    assert {section for form in FORMS for section in form.sections} == names


def test_a_developer_in_a_hurry_waits_for_no_large_nation() -> None:
    assert max(QUICK.size, *QUICK.sizes, *QUICK.peer_sizes) < LARGE
    assert PLAIN.alone().seconds < PLAIN.seconds
