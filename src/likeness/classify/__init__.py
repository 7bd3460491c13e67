"""Networks that judge a picture's style, and what their judgement is worth."""
