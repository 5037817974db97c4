"""The pages of /watch: the usual one, and those that come in its place."""

CONSENT = "cb.20260101-00-p0.en+FX+000"
_CONSENT_FORM = (
    '<form action="https://consent.youtube.com/s" method="POST">'
    '<input type="hidden" name="gl" value="DE"><input type="hidden" name="pc" value="yt">'
    '{}<input type="hidden" name="hl" value="en"><input type="submit" value="I agree"></form>'
)
_CONFIGURATION = (
    '<script>ytcfg.set({"INNERTUBE_API_KEY":"emulated-web-client","INNERTUBE_API_VERSION":"v1",'
    '"INNERTUBE_CLIENT_NAME":"WEB"});</script>'
)


def watch_page() -> str:
    """The page of any video, also of one that does not exist: it names the key that the player asks for."""
    return _page(f'{_CONFIGURATION}<div id="player"></div>')


def consent_page(*, complete: bool = True) -> str:
    """The page that asks to accept cookies; without the form's version (not `complete`) nobody can accept."""
    return _page(_CONSENT_FORM.format(f'<input type="hidden" name="v" value="{CONSENT}">' if complete else ""))


def captcha_page() -> str:
    """The page for an address that has asked too much."""
    return _page(
        '<form action="/das_captcha" method="POST"><div class="g-recaptcha" data-sitekey="none"></div></form>'
        "<p>Our systems have detected unusual traffic from your computer network.</p>"
    )


def bare_page() -> str:
    """A page that names no key."""
    return _page("<p>Something else.</p>")


def _page(body: str) -> str:
    return f'<!DOCTYPE html><html lang="en"><head><title>YouTube</title></head><body>{body}</body></html>'
