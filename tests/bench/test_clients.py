"""Proofs that are made in advance are good ones, each for one request."""

import time

import pytest
from joserfc.jwk import ECKey

from auth.access.nonces import KEY_BYTES, Nonces
from auth.access.proofs import ProofRefused, check
from bench.clients import BOUND, HELD_TO_PROVINCE, proofs_of
from bench.nation import PROVINCE

URL = "http://localhost:8000/graphql"
NONCES = Nonces(bytes(KEY_BYTES))
KEY = ECKey.generate_key("P-256")


def test_a_benchmark_signs_proofs_in_advance_and_each_is_good_once() -> None:
    made = proofs_of(KEY, URL, NONCES.current(), 50, "a token")

    found = [check(proof, "POST", URL, nonces=NONCES, now=time.time(), token="a token") for proof in made]

    assert {proof.jkt for proof in found} == {KEY.thumbprint()}
    assert len({proof.digest for proof in found}) == len(made)


def test_a_benchmark_signs_proofs_for_one_token_and_they_are_refused_with_another() -> None:
    (proof,) = proofs_of(KEY, URL, NONCES.current(), 1, "a token")

    with pytest.raises(ProofRefused):
        check(proof, "POST", URL, nonces=NONCES, now=time.time(), token="another token")


def test_a_benchmark_asks_by_clients_of_which_only_reach_and_binding_differ() -> None:
    assert HELD_TO_PROVINCE.scope_set == BOUND.scope_set
    assert (HELD_TO_PROVINCE.units, HELD_TO_PROVINCE.bound) == ((PROVINCE,), False)
    assert (BOUND.reach, BOUND.bound) == ("everywhere", True)
