"""Values that their names give away: exactly the value, in every clothing."""

import json

import pytest

from coven_watchdog.redact import MASK, redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('password="correct horse battery" next=1', f'password="{MASK}" next=1'),
        ("password='it is \"quoted\"' next", f"password='{MASK}' next"),
        (r'{"secret": "with \"quotes\" and \\", "id": 7}', f'{{"secret": "{MASK}", "id": 7}}'),
        ("password=`abcd`", f"password=`{MASK}`"),
        ('password="never closed\nnext', f'password="{MASK}\nnext'),
        ('credentials=["a1", "b2", 3] x', f'credentials=["{MASK}", "{MASK}", 3] x'),
        ("password: >-\n    two words\nnext: 1", f"password: >-\n    {MASK}\nnext: 1"),
        ("password: |\n    last", f"password: |\n    {MASK}"),
        ("token: abcdef, next", f"token: {MASK}, next"),
        ("  export DB_PASSWORD=ab,cd;ef&gh x", f"  export DB_PASSWORD={MASK} x"),
        ("<secret>a b</secret><id>1</id>", f"<secret>{MASK}</secret><id>1</id>"),
        ("login ada password x;y account z", f"login ada password {MASK} account z"),
        ("DB_PASS=abcd1 first_pass=abcd1", f"DB_PASS={MASK} first_pass={MASK}"),
        ("the key is 7, key=abc12345 key = abcdefgh", f"the key is 7, key={MASK} key = abcdefgh"),
        ("my secret is abc123 ok", f"my secret is {MASK} ok"),
        ('{"a": {"session_key": "xy"}}', f'{{"a": {{"session_key": "{MASK}"}}}}'),
        ('token: Some("abc"), id: 1', f'token: Some("{MASK}"), id: 1'),
        ('secret: Some(Secret("x y")), id', f'secret: Some(Secret("{MASK}")), id'),
        ("password=b'hunter2' x", f"password=b'{MASK}' x"),
        ('{"credentials": [\n  "a1",\n  "b2"\n]}', f'{{"credentials": [\n  "{MASK}",\n  "{MASK}"\n]}}'),
        ("- name: DB_PASSWORD\n  value: hunter2\n", f"- name: DB_PASSWORD\n  value: {MASK}\n"),
        ('{"Name":"API_TOKEN","Value":"a b"}', f'{{"Name":"API_TOKEN","Value":"{MASK}"}}'),
        ('{"auth":{"user":"a","pass":"xy"}}', f'{{"auth":{{"user":"a","pass":"{MASK}"}}}}'),
        ('if secret != "a1" or key == "b2":', f'if secret != "{MASK}" or key == "b2":'),
        ("if 'hunter2' === user.password {", f"if '{MASK}' === user.password {{"),
        ('my_password := "a b"; x', f'my_password := "{MASK}"; x'),
        ('  private_key "a b";', f'  private_key "{MASK}";'),
        ("--password hunter22 -x", f"--password {MASK} -x"),
        ("https://x/?authorization_code=abcd&b", f"https://x/?authorization_code={MASK}&b"),
    ],
)
def test_the_whole_value_and_nothing_else(text: str, shown: str) -> None:
    """Quotes and neighbours stay."""
    assert redact(text) == shown


@pytest.mark.parametrize("depth", range(5))
@pytest.mark.parametrize("secret", ["hunter2", 'with "quotes"', "back\\slash\\", "two words", "ü\n漢"])
def test_json_in_json_stays_json(depth: int, secret: str) -> None:
    """However deep it lies, its quotes and backslashes are understood, and everything around it can still be read."""
    text = json.dumps({"password": secret, "id": 3})
    for _ in range(depth):
        text = json.dumps({"payload": text})

    read = json.loads(redact(text))
    for _ in range(depth):
        read = json.loads(read["payload"])

    assert read == {"password": MASK, "id": 3}


@pytest.mark.parametrize(
    "text",
    [
        "tokenizer: bert-base-uncased max_tokens: 4096 token_count=51234 tokenCount: 51234",
        "xauth:amd64 libxau: oauth: none",
        'accesskey="n" sort(key=itemgetter(0, 1)) cookies: dict[str, str] | None, import Cookie, CookieJar',
        "author: Linus authority: none",
        "primary_key=users foreign key: users_id keyboard=us-intl",
        "password: true, token: null secret=None password: required token: ${TOKEN} secret: <secret>",
        'password: "****" token="$TOKEN" PASSWORD=%PASSWORD%',
        "fn token(&self) -> Option<String> { self.token = self.read(path) }",
        "token: Option<String>, secret: str) -> frozenset[str], password: bytes",
        "PWD=/srv/x OLDPWD=~/y pwd: $HOME",
        "AWS_SECRET_ACCESS_KEY_ID= key_id=AAAA1111 password_file=/run/secrets/db auth_method: password",
        "token=token password = password",
        "token expired: retry later; the password is wrong; secret-shaped text",
        "Vec<Token>next Option<Secret>)",
        "pass: 12345 tests, bypass=abcd compass: north",
        "password",
        "token:",
    ],
)
def test_what_says_nothing_stays(text: str) -> None:
    """No value, a type, a variable, a call, a place where one is kept, a word that only looks telling."""
    assert redact(text) == text
