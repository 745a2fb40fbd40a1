"""What a real provider says is believed when all of it holds, and not when one thing doesn't.

Between Auscult and the provider stands somebody who changes the provider's answers on their way:
with a key of his own, or as the provider would if it were dishonest in one thing (then the key set
is changed as well, so that the signature holds).
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from jwt.algorithms import RSAAlgorithm
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from auscult.web.accounts.models import Actor, Membership, Role, User
from auscult.web.accounts.single_sign_on import Provider
from live.coming_in import LOGIN, come_in, is_in
from servers.oidc import CLIENT_ID, CLIENT_SECRET, Oidc

pytestmark = [pytest.mark.servers, pytest.mark.django_db]

OWN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OWN_NAME = "a key of the tests alone"
Answer = dict[str, Any]


class Between(HTTPAdapter):
    """Changes the JSON of the provider's answers, by the end of their address."""

    def __init__(self, changes: dict[str, Callable[[Answer], Answer]]) -> None:
        self.changes = changes
        super().__init__()

    def send(self, request: PreparedRequest, *args: Any, **more: Any) -> Response:
        answer = super().send(request, *args, **more)
        change = self.changes.get(str(urlsplit(request.url).path).rpartition("/")[2])
        if change is not None and answer.status_code == 200:
            answer._content = json.dumps(change(answer.json())).encode()
        return answer


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Answer], Answer]]:
    """What is changed in the provider's answers; a test puts it in."""
    changed: dict[str, Callable[[Answer], Answer]] = {}
    original = Provider.get_requests_session

    def session(self: Provider) -> Session:
        made: Session = original(self)
        made.mount("http://", Between(changed))
        return made

    monkeypatch.setattr(Provider, "get_requests_session", session)
    return changed


@pytest.fixture
def kim(owner: Actor) -> User:
    """A member whose address the provider knows."""
    person = User.objects.create_user(username="kimberley", email="kim@hospital.example")
    Membership.objects.create(organisation_id=owner.organisation_id, user=person, role=Role.ANALYST)
    return person


def own_keys(_known: Answer) -> Answer:
    """A key set that holds the tests' own key alone."""
    public = json.loads(RSAAlgorithm.to_jwk(OWN_KEY.public_key()))
    return {"keys": [public | {"kid": OWN_NAME, "use": "sig", "alg": "RS256"}]}


def claims_of(token: str) -> Answer:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: Answer, **headers: Any) -> str:
    return jwt.encode(claims, OWN_KEY, "RS256", headers={"kid": OWN_NAME, **headers})


def with_token(make: Callable[[str], str]) -> Callable[[Answer], Answer]:
    return lambda answer: answer | {"id_token": make(answer["id_token"])}


def renamed(change: Answer) -> Callable[[Answer], Answer]:
    """The provider's own token with some claims changed, one that is None without it."""

    def make(token: str) -> str:
        claims = claims_of(token) | change
        return signed({name: value for name, value in claims.items() if value is not None})

    return with_token(make)


def test_what_the_provider_says_is_believed(house: Oidc, kim: User, changes: Any) -> None:
    client, _answer = come_in(house, "kim")
    assert is_in(client)
    # Also with another key, once the provider's own set names it.
    changes |= {"jwks": own_keys, "token": renamed({})}
    again, _answer = come_in(house, "kim")
    assert is_in(again)


def unsigned(token: str) -> str:
    return jwt.encode(claims_of(token), "", "none")


def by_the_secret(token: str) -> str:
    return jwt.encode(claims_of(token), CLIENT_SECRET.ljust(64), "HS256")


def by_a_foreign_key(token: str) -> str:
    header = jwt.get_unverified_header(token)
    return jwt.encode(claims_of(token), OWN_KEY, "RS256", headers={"kid": header["kid"]})


def by_a_key_that_it_brings(token: str) -> str:
    header = jwt.get_unverified_header(token)
    (own,) = own_keys({})["keys"]
    brought = {"kid": header["kid"], "jwk": own, "jku": "https://keys.example/set"}
    return jwt.encode(claims_of(token), OWN_KEY, "RS256", headers=brought)


def with_other_claims(token: str) -> str:
    head, _body, end = token.split(".")
    other = jwt.encode(claims_of(token) | {"sub": "pat"}, "", "none").split(".")[1]
    return f"{head}.{other}.{end}"


@pytest.mark.parametrize(
    "make",
    [unsigned, by_the_secret, by_a_foreign_key, by_a_key_that_it_brings, with_other_claims],
)
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    house: Oidc, kim: User, changes: Any, make: Callable[[str], str]
) -> None:
    changes["token"] = with_token(make)
    client, _answer = come_in(house, "kim")
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_public_key_is_no_secret_to_sign_with(house: Oidc, kim: User, changes: Any) -> None:
    """The confusion of algorithms: HS256 with what everybody knows of the key pair."""
    public = OWN_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def make(token: str) -> str:
        # PyJWT refuses to do so by itself; so with its parts.
        head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "kid": OWN_NAME}).encode())
        body = jwt.utils.base64url_encode(json.dumps(claims_of(token)).encode())
        algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        mark = algorithm.sign(head + b"." + body, public)
        return b".".join([head, body, jwt.utils.base64url_encode(mark)]).decode()

    changes |= {"jwks": own_keys, "token": with_token(make)}
    client, _answer = come_in(house, "kim")
    assert not is_in(client)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://login.elsewhere.example"},
        {"iss": None},
        {"aud": "somebody else"},
        {"aud": None},
        {"aud": [CLIENT_ID, "somebody else"], "azp": "somebody else"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"sub": "pat"},
        {"sub": None},
    ],
    ids=lambda change: " ".join(f"{name}={value}" for name, value in change.items())[:40],
)
def test_a_signed_token_with_one_wrong_claim_opens_nothing(
    house: Oidc, kim: User, changes: Any, change: Answer
) -> None:
    changes |= {"jwks": own_keys, "token": renamed(change)}
    client, _answer = come_in(house, "kim")
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_sign_in_without_an_id_token_opens_nothing(house: Oidc, kim: User, changes: Any) -> None:
    def without(answer: Answer) -> Answer:
        return {name: value for name, value in answer.items() if name != "id_token"}

    changes["token"] = without
    client, _answer = come_in(house, "kim")
    assert not is_in(client)


def test_a_provider_that_calls_itself_otherwise_opens_nothing(
    house: Oidc, kim: User, changes: Any
) -> None:
    other = "https://login.elsewhere.example"
    changes |= {
        "openid-configuration": lambda said: said | {"issuer": other},
        "jwks": own_keys,
        "token": renamed({"iss": other}),
    }
    client, _answer = come_in(house, "kim")
    assert not is_in(client)


@pytest.mark.parametrize("left_out", ["issuer", "jwks_uri"])
def test_a_provider_that_describes_itself_in_part_opens_nothing(
    house: Oidc, kim: User, changes: Any, left_out: str
) -> None:
    changes["openid-configuration"] = lambda said: {
        name: value for name, value in said.items() if name != left_out
    }
    client, answer = come_in(house, "kim")
    assert not is_in(client)
    assert answer.status_code < 500


def test_each_sign_in_has_a_state_and_a_nonce_of_its_own_that_count_once(
    house: Oidc, kim: User
) -> None:
    client = Client()
    asked = [parse_qs(urlsplit(client.get(LOGIN)["Location"]).query) for _ in range(3)]
    for name in ("state", "nonce", "code_challenge"):
        values = {one[name][0] for one in asked}
        assert len(values) == 3
        assert all(len(value) >= 16 for value in values)
    back = house.sign_in(client.get(LOGIN)["Location"], "kim").removeprefix("http://testserver")
    made_up = Client()
    made_up.get(LOGIN)
    made_up.get(back.replace("state=", "state=x"))
    assert not is_in(made_up)
    client.get(back)
    assert is_in(client)
    client.post("/sign-out/")
    client.get(back)  # the same address once more
    assert not is_in(client)


def test_an_address_adds_nothing_to_what_the_provider_is_asked(house: Oidc, owner: Actor) -> None:
    given = {"auth_params": "nonce=known&redirect_uri=https://evil.example/", "scope": "offline"}
    asked = parse_qs(urlsplit(Client().get(LOGIN, given)["Location"]).query)
    assert asked["nonce"] != ["known"]
    assert asked["redirect_uri"][0].startswith("http://testserver/account/oidc/house/")
    assert "offline" not in asked["scope"][0]


def test_sub_names_a_person_who_came_before(house: Oidc, kim: User, changes: Any) -> None:
    come_in(house, "kim")
    account = SocialAccount.objects.get()
    assert (account.uid, account.user) == ("kim", kim)
    # Her address and name are others meanwhile: she is the same person.
    changes["me"] = lambda said: said | {"email": "lake@hospital.example", "name": "Kim Pond"}
    client, _answer = come_in(house, "kim")
    assert is_in(client)
    assert SocialAccount.objects.get().user == kim
    # Somebody else says that her address is his, which the provider doesn't confirm.
    changes["me"] = lambda said: said | {"email": "kim@hospital.example", "email_verified": False}
    other, _answer = come_in(house, "sam")
    assert not is_in(other)


def as_another(changes: Any) -> None:
    """Let the provider call the next person otherwise, whatever her address is."""
    changes |= {
        "jwks": own_keys,
        "token": renamed({"sub": "a later kim"}),
        "me": lambda said: said | {"sub": "a later kim"},
    }


def test_a_mailbox_that_is_somebody_elses_now_opens_no_account(
    house: Oidc, kim: User, changes: Any, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_domains=("hospital.example",))
    come_in(house, "kim")
    as_another(changes)
    client, answer = come_in(house, "kim")
    assert answer.status_code == 403
    assert not is_in(client)
    assert SocialAccount.objects.get().uid == "kim"
    assert User.objects.filter(email="kim@hospital.example").count() == 1


def test_people_of_an_earlier_provider_are_known_by_their_addresses(
    house: Oidc, kim: User, changes: Any
) -> None:
    come_in(house, "kim")
    before = SocialAccount.objects.get()
    before.extra_data["id_token"]["iss"] = "https://login.before.example"
    before.save()
    as_another(changes)
    client, _answer = come_in(house, "kim")
    assert is_in(client)
    assert set(SocialAccount.objects.values_list("uid", "user")) == {
        ("kim", kim.pk),
        ("a later kim", kim.pk),
    }


def test_who_has_a_second_factor_is_asked_for_it_after_the_provider(house: Oidc, kim: User) -> None:
    TOTP.activate(kim, generate_totp_secret())
    client, answer = come_in(house, "kim")
    assert answer["Location"].startswith("/account/second-factor/authenticate/")
    assert not is_in(client)


def test_a_session_from_the_provider_lasts_no_longer_than_others(house: Oidc, kim: User) -> None:
    client, _answer = come_in(house, "kim")
    assert is_in(client)
    with time_machine.travel(time.time() + timedelta(minutes=61).total_seconds()):
        assert not is_in(client)
        answer = client.get("/account/")
    assert answer["Location"].startswith("/sign-in/")
