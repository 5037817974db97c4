"""What every section of the settings is: frozen, strict, explained."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _taken_back(cls, values: Any) -> Any:
        """An empty text is "not set", so that a setting can be taken back on the command line."""
        if not isinstance(values, dict):
            return values
        optional = {key for key, field in cls.model_fields.items() if field.default is None}
        return {key: None if value == "" and key in optional else value for key, value in values.items()}
