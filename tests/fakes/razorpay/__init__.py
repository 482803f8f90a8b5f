"""A stand-in for Razorpay: its HTTP API, its checkout, its clock, its webhooks and its failures, in one process."""

KEY_ID = "rzp_test_ImageGardenFake"
KEY_SECRET = "fake-razorpay-key-secret"
WEBHOOK_SECRET = "fake-razorpay-webhook-secret"
