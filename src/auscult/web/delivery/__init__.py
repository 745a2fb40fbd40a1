"""One outbox for mails and webhooks: each sent once, tried again until it arrives."""
