"""The grammar of scopes, and a catalogue that knows what exists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.scopes import Catalogue, Scope, UnknownScope, is_set

names = st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,2}", fullmatch=True)
field_scopes = st.builds(Scope, names.filter(lambda n: n != "set"), names, names, st.sampled_from(["read", "lookup"]))


@given(field_scopes)
def test_a_scope_written_and_read_again_is_the_same(scope: Scope) -> None:
    assert Scope.parse(str(scope)) == scope


@pytest.mark.parametrize("text", ["identity:citizen:verify", "land:citizen:protected", "a:b.c:history", "a:b.c:watch"])
def test_a_scope_of_every_verb_is_read(text: str) -> None:
    assert str(Scope.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "identity:*:read", "identity:citizen.*:read", "identity:citizen.pin:*", "identity:citizen:read",
        "identity:citizen.pin:verify", "identity:citizen.pin:write", "identity:citizen.pin", "citizen.pin:read",
        "Identity:citizen.pin:read", "identity:citizen.fullName:read", "identity:citizen.pin:read\n",
        " identity:citizen.pin:read", "identity:citizen.pin.x:read", "set:citizen.pin:read", "a:b.c:read" + "d" * 200,
        "identity:citizen._pin:read", "identity:citizen.p__n:read",
    ],
)  # fmt: skip
def test_what_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(UnknownScope):
        Scope.parse(text)


@pytest.mark.parametrize("name", ["set:identity.basic", "set:identity.basic.v0", "set:identity.basic.v01", "set:x.v1"])
def test_what_is_no_set_name_is_refused(name: str) -> None:
    assert not is_set(name)


def test_a_catalogue_opens_sets_and_refuses_what_it_does_not_hold() -> None:
    catalogue = Catalogue(frozenset({"a:b.c:read", "a:b.d:read"}), {"set:a.all.v1": frozenset({"a:b.c:read"})})
    assert catalogue.expand(["set:a.all.v1", "a:b.d:read"]) == {"a:b.c:read", "a:b.d:read"}
    with pytest.raises(UnknownScope, match=r"a:b\.x:read"):
        catalogue.expand(["a:b.x:read"])


def test_a_catalogue_with_a_set_of_unknown_scopes_cannot_be_made() -> None:
    with pytest.raises(UnknownScope):
        Catalogue(frozenset({"a:b.c:read"}), {"set:a.all.v1": frozenset({"a:b.gone:read"})})


def test_a_stored_name_that_no_longer_exists_gives_nothing() -> None:
    assert Catalogue(frozenset({"a:b.c:read"})).known(["a:b.c:read", "a:b.gone:read", "set:a.gone.v1"]) == {
        "a:b.c:read"
    }


def test_an_unknown_name_of_another_form_is_not_repeated() -> None:
    with pytest.raises(UnknownScope) as refused:
        Catalogue(frozenset()).expand(["001085000123"])
    assert "001085000123" not in str(refused.value)
