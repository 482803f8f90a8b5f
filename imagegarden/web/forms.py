"""Between the domain's refusals and the form on the page."""

from flask_wtf import FlaskForm

from imagegarden.domain.errors import InvalidRequest


def show_faults(form: FlaskForm, error: InvalidRequest) -> None:
    """Put each fault beside its field; what was typed stays."""
    for name, message in error.fields.items():
        field = form._fields.get(name)
        if field is None:
            form.form_errors.append(message)
        else:
            field.errors = [message]
