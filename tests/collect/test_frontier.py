"""The frontier against a fake search in memory: it finds everything, at the price of the pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tubelake.collect.frontier import MOST_RESULTS, Chain, Page, Query, due_chains, progress
from tubelake.collect.walk import PAGE_SIZE

START = datetime(2022, 1, 1, tzinfo=UTC)
END = datetime(2025, 1, 1, tzinfo=UTC)
MATCHES = 10_500
QUERY = Query("cats", START, END)


@dataclass(frozen=True)
class Video:
    video_id: str
    published_at: datetime
    duration: str = "short"


@dataclass
class FakeSearch:
    """`search.list` as it behaves: 50 a page, 500 a query, tokens that get lost, pages that fail."""

    videos: list[Video]
    seed: int = 0
    lost: float = 0.0
    failing: float = 0.0
    refused: float = 0.0
    loop_at: int | None = None  # the page whose token leads back to itself
    shuffled: bool = False
    calls: int = 0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.videos = sorted(self.videos, key=lambda video: (video.published_at, video.video_id))[::-1]

    def matches(self, chain: Chain) -> list[Video]:
        found = [
            video
            for video in self.videos
            if chain.published_after <= video.published_at < chain.published_before
            and chain.video_duration in (None, video.duration)
        ][:500]
        if self.shuffled:
            Random(0).shuffle(found)
        return found

    def answer(self, chain: Chain, token: str | None, matches: Sequence[Video]) -> Page:
        self.calls += 1
        page = Page(chain.shard, chain.published_before, token)
        if self.random.random() < self.failing:
            return replace(page, ok=False)
        if token and self.random.random() < self.refused:
            return replace(page, ok=False, final=True)
        offset = int(token.partition(":")[0]) if token else 0
        times = [video.published_at for video in matches[offset : offset + 50]]
        following = f"{offset + 50}:{self.calls}"
        if self.loop_at is not None and offset == 50 * self.loop_at:
            following = token or following
        more = offset + 50 < len(matches) and self.random.random() >= self.lost
        return replace(
            page,
            next_page_token=following if more else None,
            item_ids=tuple(video.video_id for video in matches[offset : offset + 50]),
            oldest=min(times, default=None),
            newest=max(times, default=None),
            descending=times == sorted(times, reverse=True),
        )

    def follow(self, chain: Chain, limit: int) -> list[Page]:
        pages, token, matches = [], chain.page_token, self.matches(chain)
        for _ in range(min(chain.max_pages, limit)):
            pages.append(self.answer(chain, token, matches))
            token = pages[-1].next_page_token
            if token is None:
                break
        return pages


def crawl(
    query: Query,
    search: FakeSearch,
    log: Sequence[Page] = (),
    *,
    kills: int | None = None,
    a_day: int = 10**6,
) -> list[Page]:
    """The log of a driver that runs until nothing is due, on days of `a_day` pages, killed at random."""
    random, pages, left = Random(kills), list(log), a_day
    for _ in range(3000):
        chains = due_chains(query, pages)
        if not chains:
            return pages
        for chain in chains:
            got = search.follow(chain, left)
            left -= len(got)
            if kills is not None and random.random() < 0.2:
                got = got[: random.choice([0, random.randrange(len(got) + 1)])]
            pages += got
        if left == 0:
            left = a_day
    pytest.fail("the frontier does not come to an end")


def bursty(seed: int, count: int = MATCHES) -> list[Video]:
    """Videos in clusters of all widths over three years, and hundreds in the same second, three times."""
    random = Random(seed)
    span = (END - START).total_seconds()
    centres = [(random.random() * span, 10 ** random.uniform(3, 7)) for _ in range(40)]
    seconds = [random.random() * span for _ in range(3)]
    times = [at for at in seconds for _ in range(random.randrange(count // 100, count // 40))]
    while len(times) < count:
        centre, width = random.choice(centres)
        at = random.gauss(centre, width)
        times += [at] if 0 <= at < span else []
    return [Video(f"v{i}", START + timedelta(seconds=int(at))) for i, at in enumerate(times)]


def at_once(**durations: int) -> list[Video]:
    """So many videos a duration class in one second, and one more an hour before and after."""
    noon = datetime(2023, 6, 1, 12, tzinfo=UTC)
    crowd = [Video(f"{kind}{i}", noon, kind) for kind, count in durations.items() for i in range(count)]
    return [*crowd, Video("before", noon - timedelta(hours=1)), Video("after", noon + timedelta(hours=1))]


def found(pages: Sequence[Page]) -> set[str]:
    return {video_id for page in pages for video_id in page.item_ids}


def missed(search: FakeSearch, pages: Sequence[Page]) -> set[str]:
    return {video.video_id for video in search.videos} - found(pages)


@pytest.mark.parametrize("shards", [4, 8, 16])
@pytest.mark.parametrize("seed", range(6))
def test_bursty_keyword_is_found_at_the_price_of_its_pages(seed: int, shards: int) -> None:
    search = FakeSearch(bursty(seed), seed=seed, lost=0.05)
    pages = crawl(replace(QUERY, shards=shards), search)
    assert missed(search, pages) == set()
    assert search.calls <= 1.05 * MATCHES / 50 + 2 * shards


def test_small_keywords_cost_few_calls() -> None:
    cases = {0: 1, 1: 2, 30: 2, 50: 2, 51: 3, 120: 4}
    for matches, calls in cases.items():
        search = FakeSearch([Video(f"v{i}", START + timedelta(days=i)) for i in range(matches)])
        pages = crawl(replace(QUERY, shards=16), search)
        assert (len(found(pages)), search.calls) == (matches, calls)


def test_a_deep_probe_hands_the_rest_to_equal_spans() -> None:
    search = FakeSearch([Video(f"v{i}", START + timedelta(hours=2 * i)) for i in range(12_000)])
    probe = due_chains(QUERY, [])
    assert [(chain.published_after, chain.published_before, chain.max_pages) for chain in probe] == [(START, END, 10)]
    pages = search.follow(probe[0], limit=10)
    children = due_chains(QUERY, pages)
    assert len(children) == QUERY.shards
    assert children[0].published_before == min(page.oldest for page in pages if page.oldest) + timedelta(seconds=1)
    for first in children:  # the cut does not move when its spans enter the log one after the other
        pages += search.follow(first, limit=1)
        assert {chain.shard for chain in due_chains(QUERY, pages)} == {chain.shard for chain in children}


def test_another_shard_count_keeps_the_spans_in_the_log() -> None:
    for before, after in ((8, 3), (3, 8), (8, 1)):
        search = FakeSearch(bursty(1))
        query = replace(QUERY, shards=before)
        pages = search.follow(due_chains(query, [])[0], limit=10)
        for chain in due_chains(query, pages)[::2]:
            pages += search.follow(chain, limit=3)
        pages = crawl(replace(QUERY, shards=after), search, pages)
        assert missed(search, pages) == set()
        assert search.calls <= 1.05 * MATCHES / 50 + 2 * 16


@pytest.mark.parametrize("seed", range(6))
def test_kills_and_short_days_lose_nothing_and_pay_no_logged_page_twice(seed: int) -> None:
    random = Random(seed)
    spread = [START + timedelta(seconds=random.randrange(90_000_000)) for _ in range(4000)]
    corpus = [Video(f"v{i}", at) for i, at in enumerate(dict.fromkeys(spread))]
    search = FakeSearch(corpus, seed=seed, lost=0.05, failing=0.05)
    pages = crawl(QUERY, search, kills=seed, a_day=37)
    asked = Counter((page.shard, page.published_before, page.page_token) for page in pages if page.ok)
    ends = progress(QUERY, pages).spans
    assert missed(search, pages) == set()
    assert sum(asked.values()) - len(asked) <= ends  # one query a span may fall on the same cursor: its last
    assert not [key for key, times in asked.items() if key[2] and times > 1]


@pytest.mark.parametrize("seed", range(3))
def test_bursts_with_every_fault_are_found(seed: int) -> None:
    search = FakeSearch(bursty(seed), seed=seed, lost=0.05, failing=0.05, refused=0.02)
    pages = crawl(QUERY, search, kills=seed, a_day=100)
    assert missed(search, pages) == set()


def test_any_prefix_of_the_log_goes_on_to_the_same_videos() -> None:
    corpus = bursty(2, count=1500)
    whole = crawl(QUERY, FakeSearch(corpus))
    for length in range(0, len(whole), 3):
        search = FakeSearch(corpus)
        assert found(crawl(QUERY, search, whole[:length])) == found(whole)
        assert search.calls <= len(whole) - length + 1


def test_a_second_run_costs_only_what_is_newly_wanted() -> None:
    day = timedelta(days=1)
    search = FakeSearch([Video(f"v{i}", START + i * day / 4) for i in range(4 * 1096)])
    narrow = replace(QUERY, since=START + 30 * day, until=END - 30 * day)
    pages = crawl(narrow, search)
    cases = {
        "same": (narrow, set()),
        "narrower": (replace(narrow, until=narrow.until - 9 * day), set()),
        "later until": (replace(narrow, until=END), {(narrow.until, END)}),
        "earlier since": (replace(narrow, since=START), {(START, narrow.since)}),
        "both": (QUERY, {(START, narrow.since), (narrow.until, END)}),
        "elsewhere": (Query("cats", END, END + day), {(END, END + day)}),
    }
    for name, (query, pieces) in cases.items():
        due = due_chains(query, pages)
        assert {(chain.published_after, chain.published_before) for chain in due} == pieces, name
    calls = search.calls
    pages = crawl(QUERY, search, pages)
    assert missed(search, pages) == set()
    assert search.calls - calls <= 2 * (120 / 50 + 2)


def test_spans_outside_of_the_wanted_range_wait() -> None:
    search = FakeSearch(bursty(3))
    pages = search.follow(due_chains(QUERY, [])[0], limit=10)
    oldest = min(page.oldest for page in pages if page.oldest)
    assert due_chains(QUERY, pages)
    assert due_chains(replace(QUERY, since=oldest + timedelta(hours=1)), pages) == []


def test_a_crowded_second_is_split_by_duration_and_then_reported() -> None:
    shard = "2023-06-01T12:00:00Z/2023-06-01T12:00:01Z"
    alone = replace(QUERY, shards=1)  # so that all calls belong to the crowd
    fixed = replace(alone, filters=(("order", "date"), ("type", "video"), ("videoDuration", "any")))
    every_type = replace(alone, filters=(("order", "date"),))
    cases = [
        (alone, {"short": 300, "medium": 199, "long": 0}, (), 0, 21),
        (alone, {"short": 410, "medium": 395, "long": 395}, (), 0, 47),
        # Full pages to the last: the end has to be proven.
        (alone, {"short": 400, "medium": 400, "long": 400}, (), 0, 94),
        (alone, {"short": 1200}, (f"{shard}#short",), 700, 34),
        (alone, {"short": 790, "medium": 95, "long": 315}, (f"{shard}#short",), 290, 41),
        (fixed, {"short": 1200}, (shard,), 700, 22),
        (every_type, {"short": 400, "medium": 400, "long": 400}, (shard,), 700, 22),
    ]
    for query, durations, saturated, lost, calls in cases:
        search = FakeSearch(at_once(**durations))
        pages = crawl(query, search)
        assert progress(query, pages).saturated == saturated
        assert len(missed(search, pages)) == lost
        assert not missed(search, pages) & {"before", "after"}
        assert search.calls <= calls


def test_a_second_just_under_the_cap_is_no_crowd() -> None:
    for count in (480, 499):
        videos = [video for video in at_once(short=count) if video.video_id.startswith("short")]
        search = FakeSearch(videos)
        pages = crawl(QUERY, search)
        assert (len(found(pages)), progress(QUERY, pages).saturated) == (count, ())
        assert {chain.video_duration for chain in due_chains(QUERY, pages[:20])} == {None}
        assert search.calls <= 20 + QUERY.shards + 1


def test_a_lost_token_in_a_crowded_second_is_asked_again() -> None:
    for seed in range(40):
        search = FakeSearch(at_once(short=430), seed=seed, lost=0.05)
        pages = crawl(QUERY, search)
        assert missed(search, pages) == set()


def test_looping_tokens_end_the_query_and_the_cursor_goes_on() -> None:
    for page in (1, 3):
        search = FakeSearch(bursty(4, count=2000), loop_at=page)
        pages = crawl(QUERY, search)
        assert progress(QUERY, pages).looping
        assert len(missed(search, pages)) <= 300  # what lies behind the loop inside one second


def test_unordered_pages_fall_back_to_halves() -> None:
    for lost, times in ((0.0, 3.0), (0.05, 3.0)):
        random = Random(5)
        corpus = [Video(f"v{i}", START + timedelta(seconds=random.randrange(90_000_000))) for i in range(4000)]
        search = FakeSearch(corpus, lost=lost, shuffled=True)
        pages = crawl(QUERY, search)
        assert missed(search, pages) == set()
        assert search.calls <= times * 4000 / 50


def test_pages_that_overlap_in_time_are_unordered() -> None:
    chain = due_chains(QUERY, [])[0]
    first = Page(chain.shard, END, None, "2", item_ids=("a", "b"), oldest=START + timedelta(9), newest=END)
    second = Page(chain.shard, END, "2", None, item_ids=("c",) * 50, oldest=START, newest=START + timedelta(10))
    assert len({chain.shard for chain in due_chains(QUERY, [first, second])} - {chain.shard}) == 2


def test_other_orders_are_samples_of_one_query() -> None:
    cases = [(("order", order), ("type", "video")) for order in ("relevance", "viewCount", "rating", "title")]
    for filters in [*cases, ()]:
        query = replace(QUERY, filters=filters)
        search = FakeSearch(bursty(6), shuffled=True)
        pages = crawl(query, search, a_day=3)
        assert (search.calls, len(found(pages))) == (10, 500)
        assert progress(query, pages).done


def test_failed_pages() -> None:
    chain = due_chains(QUERY, [])[0]
    first = Page(chain.shard, END, None, "2", item_ids=("a",), oldest=END - timedelta(9), newest=END - timedelta(9))
    failed = Page(chain.shard, END, "2", ok=False)
    below = END - timedelta(9) + timedelta(seconds=1)
    cases = [
        ([Page(chain.shard, END, ok=False)], [(END, None, 10)]),
        ([Page(chain.shard, END, ok=False, final=True)], []),
        ([first], [(END, "2", 9)]),
        ([first, failed, failed], [(END, "2", 9)]),
        ([first, replace(failed, final=True)], [(below, None, 10)]),
    ]
    for pages, expected in cases:
        due = due_chains(QUERY, pages)
        assert [(chain.published_before, chain.page_token, chain.max_pages) for chain in due] == expected
    assert progress(QUERY, [Page(chain.shard, END, ok=False, final=True)]).failed == (chain.shard,)


def test_queries_that_never_show_anything_end() -> None:
    chain = due_chains(QUERY, [])[0]
    empty = [Page(chain.shard, END, str(i) if i else None, str(i + 1)) for i in range(10)]
    refused = [Page(chain.shard, END, None, "1"), Page(chain.shard, END, "1", ok=False, final=True)]
    assert due_chains(QUERY, empty) == []
    assert len(due_chains(QUERY, 3 * refused)) == 1
    assert due_chains(QUERY, 4 * refused) == []


def test_progress_estimates_the_rest() -> None:
    search = FakeSearch([Video(f"v{i}", START + timedelta(hours=i * 2)) for i in range(MATCHES)])
    pages = crawl(QUERY, search)
    for length in range(40, len(pages)):
        part = progress(QUERY, pages[:length])
        rest = len(pages) - length
        assert abs(part.remaining_calls - rest) <= max(12, 0.3 * rest)
    end = progress(QUERY, pages)
    assert (end.done, end.remaining_calls, end.ids, end.pages) == (True, 0, MATCHES, len(pages))
    assert end.spans == end.spans_done


def test_a_burst_promises_no_more_than_youtube_counts() -> None:
    second = END - timedelta(seconds=9)
    burst = tuple(f"v{number}" for number in range(50))
    page = Page(due_chains(QUERY, [])[0].shard, END, None, "2", item_ids=burst, oldest=second, newest=second)
    assert progress(QUERY, [page]).remaining_calls == 1 + (MOST_RESULTS - 50) / PAGE_SIZE


def test_parts_of_seconds_are_inside() -> None:
    odd = replace(QUERY, since=START + timedelta(seconds=0.5), until=START + timedelta(seconds=1.5))
    chains = due_chains(odd, [])
    assert [(chain.published_after, chain.published_before) for chain in chains] == [
        (START, START + timedelta(seconds=2))
    ]


@pytest.mark.parametrize("of_step", [1, 10])
def test_a_walk_of_ten_thousand_pages_stands_at_its_oldest_result(of_step: int) -> None:
    shard = due_chains(QUERY, [])[0].shard
    pages = []
    for i in range(10_000):
        newest, place = END - timedelta(minutes=i), i % of_step
        page = Page(
            shard,
            newest + timedelta(minutes=place),
            page_token=str(i) if place else None,
            next_page_token=str(i + 1) if place < of_step - 1 else None,
            item_ids=tuple(f"v{i * 49 + item}" for item in range(50)),
            oldest=newest - timedelta(seconds=59),
            newest=newest,
        )
        pages.append(page)
    chains = due_chains(replace(QUERY, shards=1), pages)
    assert [chain.published_before for chain in chains] == [newest - timedelta(seconds=58)]
