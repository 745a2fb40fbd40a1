"""Addresses of Listening: the room, its fragments, and the forms of a watch."""

from __future__ import annotations

from django.urls import path

from auscult.web.listening import (
    copies_views,
    feed_views,
    peer_views,
    reveal_views,
    suggestion_views,
    views,
)

app_name = "listening"

urlpatterns = [
    path("", views.room, name="room"),
    path("watches/", views.watches, name="watches"),
    path("sources/", views.sources, name="sources"),
    path("sources/<int:number>/remove/", views.remove_source, name="remove-source"),
    path("found/", views.found, name="found"),
    path("explain/", views.explain_query, name="explain"),
    path("preview/", views.preview_query, name="preview"),
    path("watches/add/", views.add_watch, name="add-watch"),
    path("watches/<int:number>/", views.room, name="watch"),
    path("watches/<int:number>/found/", views.found, name="found-by"),
    path("watches/<int:number>/change/", views.change_watch, name="change-watch"),
    path("watches/<int:number>/remove/", views.remove_watch, name="remove-watch"),
    path("mentions/<int:number>/author/", reveal_views.reveal, name="reveal"),
    path("watches/<int:number>/feed/", feed_views.make_feed, name="make-feed"),
    path("feeds/<str:secret>/mentions.atom", feed_views.feed, name="feed"),
    path("suggestions/", suggestion_views.suggestions, name="suggestions"),
    path("suggestions/accept/", suggestion_views.accept, name="accept-suggestion"),
    path("suggestions/hashtag/", suggestion_views.follow_hashtag, name="follow-hashtag"),
    path("copies/", copies_views.copies, name="copies"),
    path("copies/<int:number>/", copies_views.campaign, name="copies-of"),
    path("peers/", peer_views.peers, name="peers"),
    path("peers/find/", peer_views.find_peers, name="find-peers"),
    path("peers/add/", peer_views.add_peer, name="add-peer"),
    path("peers/<int:number>/remove/", peer_views.remove_peer, name="remove-peer"),
]
