"""The API's addresses of this floor."""

from campaigns.api.router import Router
from campaigns.api.views import ClickViewSet, ConversionViewSet, ReceivedPostbackViewSet

router = Router()
router.register("clicks", ClickViewSet, "api-click")
router.register("conversions", ConversionViewSet, "api-conversion")
router.register("received-postbacks", ReceivedPostbackViewSet, "api-received-postback")

urlpatterns = router.urls
