"""The administrator's intake: each view makes one domain call. Files are streamed to disk and never held in memory."""

from typing import cast

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.intake import uploads
from customers.intake.progress import WORDS
from customers.intake.tasks import run_intake
from customers.intake.trouble import IntakeTrouble
from retention_desk.acting import actor, behind
from retention_desk.http import render_fragment
from retention_desk.intake.forms import UploadForm

may_bring_in = behind("customers.run_intake")


@may_bring_in
@require_safe
def intakes(request: HttpRequest) -> HttpResponse:
    """List the latest runs."""
    return render(request, "intake/intakes.html", {"runs": uploads.latest(now=actor(request).now)})


@csrf_exempt
@may_bring_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take files and a mapping. The size is looked at before a byte of the body is read, the token's included."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > uploads.LARGEST_UPLOAD:
        form = UploadForm(known=uploads.known_mappings())
        trouble = uploads.too_large(announced).sentence
        return render(request, "intake/upload.html", {"form": form, "trouble": trouble}, status=413)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return cast("HttpResponseBase", _upload(request))


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    known = uploads.known_mappings()
    if request.method != "POST":
        return render(request, "intake/upload.html", {"form": UploadForm(known=known)})
    form, trouble = UploadForm(request.POST, request.FILES, known=known), ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            run_id = uploads.take(
                uploads=given["sources"],
                mapping_name=given["mapping_name"],
                mapping=given["mapping_text"],
                strict=given["strict"],
                by=actor(request).by,
            )
        except IntakeTrouble as error:
            trouble = error.sentence
        else:
            return redirect("intake:preview", run_id)
    return render(request, "intake/upload.html", {"form": form, "trouble": trouble}, status=422)


@may_bring_in
@require_safe
def preview(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the first rows as mapped, with what would be refused."""
    now = actor(request).now
    seen = uploads.see(run_id=run_id, now=now)
    try:
        shown, trouble = uploads.show(run_id=run_id, now=now), ""
    except IntakeTrouble as error:
        shown, trouble = None, error.sentence
    context = {"run": seen, "preview": shown, "trouble": trouble}
    return render(request, "intake/preview.html", context, status=200 if shown else 422)


@may_bring_in
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show how far a run is, or what became of it; the page asks again while it runs."""
    seen = uploads.see(run_id=run_id, now=actor(request).now)
    context = {"run": seen, "step": WORDS.get(seen.row.step, "")}
    return render_fragment(request, "intake/run.html", "intake-run", context)


@may_bring_in
@require_POST
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    """Have a run brought in."""
    uploads.start(run_id=run_id, ring=run_intake.delay)
    return redirect("intake:run", run_id)


@may_bring_in
@require_POST
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Have a run taken back."""
    uploads.ask_to_stop(run_id=run_id)
    return redirect("intake:run", run_id)


@may_bring_in
@require_safe
def refusals(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Send the refused rows."""
    path = uploads.refusals_file(run_id=run_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"refused-{run_id}.csv", content_type="text/csv")
