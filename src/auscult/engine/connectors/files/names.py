"""Names that exports give to what a post has, in English and German.

Names are compared without case, signs and spaces: `Created At` is `created_at`. Parts of
nested records are joined by dots before that. Within a list the earlier name wins.
"""

from __future__ import annotations

import re
import unicodedata


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


ENGAGEMENT = ("likes", "reposts", "replies", "quotes", "views")

# The target `id` becomes the uri: as it stands if it is an address, else with the file's name
# before it. `uri` is taken as it stands.
NAMES: dict[str, tuple[str, ...]] = {
    "uri": ("uri",),
    "id": _words(
        "id id_str tweet_id tweetid post_id postid status_id message_id comment_id review_id "
        "mention_id resource_id document_id guid beitrags_id beitragsid nachricht_id "
        "permalink url post_url page_url link item_id"
    ),
    "text": _words(
        "text full_text body content message tweet tweet_text post_text post_body posttext "
        "note.full_text record.text selftext comment comment_text comment_body review "
        "review_text review_body reviewbody feedback feedback_text hit_sentence snippet "
        "opening_text summary description caption sentence sentences status status_text "
        "beitrag beitragstext kommentar kommentartext nachricht inhalt volltext bewertungstext "
        "rezension freitext rueckmeldung beschreibung post"
    ),
    "title": _words(
        "title headline subject subject_line thread_title review_title post_title titel "
        "ueberschrift betreff schlagzeile"
    ),
    "created_at": _words(
        "created_at createdat created record.created_at record.createdat created_time "
        "creation_time created_utc published_at publishedat published publish_date "
        "publication_date published_date pub_date pubdate posted_at posted post_date "
        "tweet_created_at timestamp date_time datetime date_created date timestamp_utc "
        "timestamp_ms unix_timestamp time zeitstempel datum_uhrzeit datum erstellt_am "
        "erstellt veroeffentlicht_am veroeffentlicht veroeffentlichungsdatum gepostet_am "
        "zeitpunkt zeit indexed_at"
    ),
    "collected_at": _words("collected_at collected retrieved_at crawled_at fetched_at"),
    "author": _words(
        "author.did account.acct author.handle author.username author_handle user.screen_name "
        "author screen_name user_screen_name username user_name user_username from_user handle "
        "account user author_username author_id user_id influencer autor autorin verfasser "
        "benutzername benutzer nutzer nutzername"
    ),
    "author_name": _words(
        "author_name author.display_name author.displayname author.name account.display_name "
        "user.name display_name displayname author_full_name full_name fullname "
        "user_display_name anzeigename autorenname name"
    ),
    "author_followers": _words(
        "author_followers author_followers_count user.followers_count account.followers_count "
        "author.public_metrics.followers_count followers_count followers follower_count "
        "user_followers twitter_followers x_followers follower abonnenten"
    ),
    "author_verified": _words(
        "author_verified user.verified author.verified user_verified verified is_verified "
        "twitter_verified x_verified verifiziert"
    ),
    "language": _words("language lang language_code record.langs sprache sprachcode"),
    "hashtags": _words("hashtags hashtag tags.hashtags"),
    "mentions": _words("mentions mentioned mentioned_authors mentioned_users erwaehnungen"),
    "links": _words("links urls expanded_urls outlinks"),
    "media": ("media",),
    "in_reply_to": _words(
        "in_reply_to in_reply_to_id in_reply_to_status_id_str in_reply_to_status_id reply_to "
        "in_reply_to_tweet_id parent_id parent_post_id reply_to_id antwort_auf"
    ),
    "quote_of": _words(
        "quote_of quoted_status_id_str quoted_status_id quoted_tweet_id quote_id quote_uri"
    ),
    "repost_of": _words(
        "repost_of reblog.uri retweeted_status.id_str retweeted_status_id retweet_of retweet_id"
    ),
    "root": _words("root conversation_id thread_id root_id root_post_id thread"),
    "community": _words("community subreddit forum group group_name gruppe"),
    "country": _words("country country_code land laendercode"),
    "region": ("region",),
    "rating": _words("rating stars star_rating review_rating sterne bewertung"),
    "tags": _words("tags labels label topics categories schlagwoerter stichwoerter kategorien"),
    "source": ("source",),
    "raw_hash": ("raw_hash",),
    "likes": _words(
        "engagement.likes likes like_count likes_count likecount public_metrics.like_count "
        "favorite_count favourites_count favorites favorites_count favoritecount "
        "gefaellt_mir gefaellt_mir_angaben upvotes score reactions"
    ),
    "reposts": _words(
        "engagement.reposts reposts repost_count repostcount retweets retweet_count "
        "retweetcount public_metrics.retweet_count reblogs_count reblogs shares share_count "
        "geteilt teilungen"
    ),
    "replies": _words(
        "engagement.replies replies reply_count replycount replies_count "
        "public_metrics.reply_count num_comments comments_count comment_count comments "
        "antworten kommentare"
    ),
    "quotes": _words(
        "engagement.quotes quotes quote_count quotecount public_metrics.quote_count zitate"
    ),
    "views": _words(
        "engagement.views views view_count viewcount impressions impression_count "
        "public_metrics.impression_count aufrufe reichweite"
    ),
}

TARGETS = tuple(NAMES)

# A name of ours that other exports use for something else: taken only in our own format.
ONLY_IN_OUR_FORMAT = ("source", "tags", "community", "region")

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def normal(name: str) -> str:
    """Bring a foreign name to the form in which names are compared.

    >>> normal(" Veröffentlicht am "), normal("publicMetrics.likeCount"), normal("Tweet-ID")
    ('veroeffentlicht_am', 'public_metrics.like_count', 'tweet_id')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = unicodedata.normalize("NFC", spaced).casefold().translate(_GERMAN)
    parts = [re.sub(r"[^\w]+", "_", part).strip("_") for part in plain.split(".")]
    return ".".join(part for part in parts if part)
