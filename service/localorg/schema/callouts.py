"""Apex classes and the credentials of their callouts: checked and held, but no Apex runs here and no callout is made."""

from __future__ import annotations

from collections.abc import Container

from service.localorg.schema.nodes import Node

_LABEL = 80
_PROTOCOLS = ("AwsSv4", "Basic", "Custom", "Jwt", "JwtExchange", "Oauth")
_PRINCIPALS = ("NamedPrincipal", "PerUserPrincipal")
_OTHER_EXTERNAL = ("AuthHeader", "AuthParameter", "AuthProtocolVariant", "AuthProvider", "SigningCertificate")
_ENDPOINTS = ("SecuredEndpoint", "PrivateEndpoint")
_OTHER_NAMED = ("AllowedManagedPackageNamespaces", "ClientCertificate", "HttpHeader", "OutboundNetworkConnection")
_VERSIONS = (20, 68)


def check_class(node: Node) -> None:
    """Refuse what describes an Apex class in a way that an org refuses."""
    version = node.need("apiVersion").removesuffix(".0")
    if not version.isdecimal() or not _VERSIONS[0] <= int(version) <= _VERSIONS[1]:
        raise node.error(f"Invalid version specified: {version}", "apiVersion")
    node.choice("status", "Active", "Deleted", "Inactive")
    node.ignore("packageVersions")
    node.close()


def read_principals(node: Node, name: str) -> frozenset[str]:
    """Return the principals of an external credential, as permission sets name them."""
    node.need("label", _LABEL)
    node.choice("authenticationProtocol", *_PROTOCOLS)
    principals = set()
    for each in node.nodes("externalCredentialParameters"):
        parameter = each.need("parameterName")
        group = each.text("parameterGroup") or parameter
        if each.choice("parameterType", *_PRINCIPALS, *_OTHER_EXTERNAL) in _PRINCIPALS:
            principals.add(f"{name}-{group}")
        each.ignore("authProvider", "certificate", "description", "parameterValue", "sequenceNumber")
        each.close()
    node.ignore("description")
    node.close()
    return frozenset(principals)


def check_named_credential(node: Node, external: Container[str]) -> None:
    """Refuse a named credential without an address, or with an external credential that is not there."""
    node.need("label", _LABEL)
    node.choice("namedCredentialType", *_ENDPOINTS)
    for switch in ("allowMergeFieldsInBody", "allowMergeFieldsInHeader", "generateAuthorizationHeader"):
        node.flag(switch)
    given = [_named_parameter(each, external) for each in node.nodes("namedCredentialParameters")]
    for kind in ("Url", "Authentication"):
        if given.count(kind) != 1:
            raise node.error(f"one parameter of type {kind} is required", "namedCredentialParameters")
    node.ignore("calloutStatus", "description")
    node.close()


def _named_parameter(node: Node, external: Container[str]) -> str:
    """Return the type of one parameter."""
    node.need("parameterName")
    kind = node.choice("parameterType", "Url", "Authentication", *_OTHER_NAMED)
    if kind == "Url" and not node.need("parameterValue").startswith(("https://", "http://")):
        raise node.error("must begin with https:// or http://", "parameterValue")
    if kind == "Authentication" and (credential := node.need("externalCredential")) not in external:
        raise node.error(f"no ExternalCredential named {credential} found", "externalCredential")
    node.ignore("certificate", "description", "parameterValue", "sequenceNumber")
    node.close()
    return kind
