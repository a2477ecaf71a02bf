"""The software bill of materials of a release, CycloneDX in JSON: what it needs and what it brings.

Python packages are those of requirements.lock, for every platform; browser files those of vendor.toml.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from release.browser_files import BrowserPackage, browser_packages
from release.locked import OURSELVES, Locked, locked
from release.moment import Release

# So that the same release has the same serial number wherever it is made.
_SERIAL_NUMBERS = uuid.UUID("0f5a4f4e-8c0e-5a55-9a58-1b0f0a6e0c6d")
# A licence's whole text in the place of its name tells a reader of the list nothing.
_LICENCE_LENGTH_MAX = 60
_licences = LicenseFactory()


def bill_of_materials(root: Path, release: Release) -> str:
    """The document's text, the same each time for one release."""
    zoco = Component(
        name=OURSELVES,
        version=release.version,
        type=ComponentType.APPLICATION,
        bom_ref=OURSELVES,
        licenses=[_licences.make_from_string("Apache-2.0")],
        purl=PackageURL("pypi", name=OURSELVES, version=release.version),
    )
    pins = locked(root)
    needed = {pin.name: _python_package(pin) for pin in pins}
    brought = [_browser_package(package) for package in browser_packages(root)]
    bom = Bom(
        components=[*needed.values(), *brought],
        serial_number=uuid.uuid5(_SERIAL_NUMBERS, release.version),
        metadata=BomMetaData(component=zoco, timestamp=datetime.combine(release.day, time(), tzinfo=UTC)),
    )
    by_name = {OURSELVES: zoco, **needed}
    for name, component in by_name.items():
        bom.register_dependency(component, [needed[pin.name] for pin in pins if name in pin.needed_by])
    bom.register_dependency(zoco, brought)
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _python_package(pin: Locked) -> Component:
    return Component(
        name=pin.name,
        version=pin.version,
        bom_ref=f"pypi:{pin.name}",
        licenses=_licences_of(pin),
        purl=PackageURL("pypi", name=pin.name, version=pin.version),
        properties=[Property(name="zoco:needed-where", value=pin.marker)] if pin.marker else [],
    )


def _licences_of(pin: Locked) -> list[License]:
    """As the package says itself, if this version of it is installed here."""
    try:
        said = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return []
    [licence] = said.get_all("License-Expression") or said.get_all("License") or [""]
    if said["Version"] != pin.version or not licence or len(licence) > _LICENCE_LENGTH_MAX:
        return []
    return [_licences.make_from_string(licence)]


def _browser_package(package: BrowserPackage) -> Component:
    group, _, name = package.name.rpartition("/")
    return Component(
        name=package.name,
        version=package.version,
        bom_ref=f"npm:{package.name}",
        licenses=[_licences.make_from_string(package.licence)],
        purl=PackageURL("npm", namespace=group or None, name=name, version=package.version),
        components=[
            Component(
                name=f"zoco/web/static/vendor/{file.target}",
                type=ComponentType.FILE,
                bom_ref=f"file:{file.target}",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)],
            )
            for file in package.files
        ],
    )
