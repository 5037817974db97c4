"""YouTube's own table of video categories, for a corpus that brings none."""

from tubelake.emulator.entries import Resource

_OWNER = "UCBR8-60-B28hp2BmDPdntcQ"
_TITLES = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
    "30": "Movies",
}


def standard_categories() -> tuple[Resource, ...]:
    """The `videoCategory` resources that every region has."""
    return tuple(
        {
            "kind": "youtube#videoCategory",
            "id": number,
            "snippet": {"channelId": _OWNER, "title": title, "assignable": number != "30"},
        }
        for number, title in _TITLES.items()
    )
