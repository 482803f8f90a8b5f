"""Premium, payments and credits: what people buy, and what they have."""

from flask import Blueprint

bp = Blueprint("billing", __name__)

from imagegarden.billing import billing, checkout, credits, premium, receipts, returns, trying, webhooks  # noqa: E402, F401
