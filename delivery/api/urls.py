"""The API's addresses of this floor."""

from campaigns.api.router import Router
from delivery.api.views import SentPostbackViewSet

router = Router()
router.register("sent-postbacks", SentPostbackViewSet, "api-sent-postback")

urlpatterns = router.urls
