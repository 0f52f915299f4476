"""What PostGraphile answers, by our names: the values stay, only their places are ours."""

from bench.peers.postgraphile import heard

RIGHT = {"kind": "USE", "shareNumerator": 1, "shareDenominator": 2}
PARCEL = {"id": "w7gx", "sheet": 1, "number": 2, "legalArea": "120.5"}


def test_a_profile_is_heard_and_what_population_knows_stands_with_the_citizen() -> None:
    citizen = {
        "pin": "001",
        "person": {"religion": "00", "household": None},
        "residences": [{"kind": "PERMANENT", "detail": "1 Lane", "unit": {"code": "00001", "name": "Ward"}}],
        "landRights": [{**RIGHT, "parcel": PARCEL}],
    }

    assert heard("profile", {"data": {"citizen": citizen}})["data"]["citizen"] == {
        "pin": "001",
        "religion": "00",
        "household": None,
        "residences": [
            {"kind": "PERMANENT", "address": {"detail": "1 Lane", "unit": {"code": "00001", "name": "Ward"}}}
        ],
        "landRights": {
            "edges": [
                {
                    "node": {
                        "kind": "USE",
                        "share": {"numerator": 1, "denominator": 2},
                        "parcel": {**PARCEL, "legalArea": 120.5},
                    }
                }
            ]
        },
    }


def test_a_page_is_heard_and_every_right_has_one_holder_known_or_not() -> None:
    person, firm = {"pin": "001", "fullName": "An"}, {"code": "0100", "name": "Co"}
    holders = [(person, None), (None, firm), (None, None)]
    rights = [{**RIGHT, "citizen": citizen, "enterprise": enterprise} for citizen, enterprise in holders]
    page = {"nodes": [{**PARCEL, "landRights": rights}], "pageInfo": {"hasNextPage": True}}

    found = heard("page", {"data": {"parcelsWithin": page}})["data"]["parcelsWithin"]

    assert found["pageInfo"] == {"hasNextPage": True}
    assert [edge["node"]["holder"] for edge in found["edges"][0]["node"]["landRights"]["edges"]] == [
        {"__typename": "Citizen", **person},
        {"__typename": "Enterprise", **firm},
        {"__typename": "Citizen", "pin": None, "fullName": None},
    ]
