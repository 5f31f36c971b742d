from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.agent_version import AgentVersion
    from ..models.production_version import ProductionVersion


T = TypeVar("T", bound="AgentDetails")


@_attrs_define
class AgentDetails:
    """An agent with its versions.

    Example:
        {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'name': 'Echo', 'locationId': 'C2QujeCh8ZnC7al2InWR', 'status':
            'active', 'versions': []}

    Attributes:
        agent_id (str): Its id. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
        name (str): Its name. Example: Customer Support Agent.
        location_id (str): The sub-account that owns it. Example: C2QujeCh8ZnC7al2InWR.
        status (str): Its status. Example: active.
        versions (list[AgentVersion]): All its versions, the oldest first. Example: [].
        id (str | Unset): Another id, which no operation takes. Example: d6a6792d-0d50-4e8f-9c3b-ecd8096d0bdd.
        description (str | Unset): What it does. Example: Handles inquiries and support tickets.
        agency_id (str | Unset): The agency, if one was sent. Example: gjL2sFNXJfJYa3d2OYSN.
        author_id (str | Unset): The user who created it, if one was sent. Example: usr_abc123def456.
        folder_id (str | Unset): The folder it is in. Example: C2QujeCh8ZnC7al2InWR.
        folder_name (None | str | Unset): The name of the folder. Example: Default Agents.
        created_at (str | Unset): When it was created. Example: 2024-02-27T10:30:00.000Z.
        updated_at (str | Unset): When it was changed last. Example: 2024-02-27T10:30:00.000Z.
        product_slug (str | Unset): The product it belongs to. Example: agent_studio.
        product_id (str | Unset): The product it belongs to, once more. Example: agent_studio.
        deleted (bool | Unset): Always false. Example: False.
        production_version (ProductionVersion | Unset): The version that runs in production. Example: {'versionId':
            'v1a2b3c4d5e6f7g8h9i0', 'isPublished': True}.
    """

    agent_id: str
    name: str
    location_id: str
    status: str
    versions: list[AgentVersion]
    id: str | Unset = UNSET
    description: str | Unset = UNSET
    agency_id: str | Unset = UNSET
    author_id: str | Unset = UNSET
    folder_id: str | Unset = UNSET
    folder_name: None | str | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    product_slug: str | Unset = UNSET
    product_id: str | Unset = UNSET
    deleted: bool | Unset = UNSET
    production_version: ProductionVersion | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agent_id = self.agent_id

        name = self.name

        location_id = self.location_id

        status = self.status

        versions = []
        for versions_item_data in self.versions:
            versions_item = versions_item_data.to_dict()
            versions.append(versions_item)

        id = self.id

        description = self.description

        agency_id = self.agency_id

        author_id = self.author_id

        folder_id = self.folder_id

        folder_name: None | str | Unset
        if isinstance(self.folder_name, Unset):
            folder_name = UNSET
        else:
            folder_name = self.folder_name

        created_at = self.created_at

        updated_at = self.updated_at

        product_slug = self.product_slug

        product_id = self.product_id

        deleted = self.deleted

        production_version: dict[str, Any] | Unset = UNSET
        if not isinstance(self.production_version, Unset):
            production_version = self.production_version.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agentId": agent_id,
                "name": name,
                "locationId": location_id,
                "status": status,
                "versions": versions,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if description is not UNSET:
            field_dict["description"] = description
        if agency_id is not UNSET:
            field_dict["agencyId"] = agency_id
        if author_id is not UNSET:
            field_dict["authorId"] = author_id
        if folder_id is not UNSET:
            field_dict["folderId"] = folder_id
        if folder_name is not UNSET:
            field_dict["folderName"] = folder_name
        if created_at is not UNSET:
            field_dict["createdAt"] = created_at
        if updated_at is not UNSET:
            field_dict["updatedAt"] = updated_at
        if product_slug is not UNSET:
            field_dict["productSlug"] = product_slug
        if product_id is not UNSET:
            field_dict["productId"] = product_id
        if deleted is not UNSET:
            field_dict["deleted"] = deleted
        if production_version is not UNSET:
            field_dict["productionVersion"] = production_version

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_version import AgentVersion  # noqa: PLC0415
        from ..models.production_version import ProductionVersion  # noqa: PLC0415

        d = dict(src_dict)
        agent_id = d.pop("agentId")

        name = d.pop("name")

        location_id = d.pop("locationId")

        status = d.pop("status")

        versions = []
        _versions = d.pop("versions")
        for versions_item_data in _versions:
            versions_item = AgentVersion.from_dict(versions_item_data)

            versions.append(versions_item)

        id = d.pop("id", UNSET)

        description = d.pop("description", UNSET)

        agency_id = d.pop("agencyId", UNSET)

        author_id = d.pop("authorId", UNSET)

        folder_id = d.pop("folderId", UNSET)

        def _parse_folder_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        folder_name = _parse_folder_name(d.pop("folderName", UNSET))

        created_at = d.pop("createdAt", UNSET)

        updated_at = d.pop("updatedAt", UNSET)

        product_slug = d.pop("productSlug", UNSET)

        product_id = d.pop("productId", UNSET)

        deleted = d.pop("deleted", UNSET)

        _production_version = d.pop("productionVersion", UNSET)
        production_version: ProductionVersion | Unset
        if isinstance(_production_version, Unset):
            production_version = UNSET
        else:
            production_version = ProductionVersion.from_dict(_production_version)

        agent_details = cls(
            agent_id=agent_id,
            name=name,
            location_id=location_id,
            status=status,
            versions=versions,
            id=id,
            description=description,
            agency_id=agency_id,
            author_id=author_id,
            folder_id=folder_id,
            folder_name=folder_name,
            created_at=created_at,
            updated_at=updated_at,
            product_slug=product_slug,
            product_id=product_id,
            deleted=deleted,
            production_version=production_version,
        )

        agent_details.additional_properties = d
        return agent_details

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
