// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Calls of the service WANIPConnection and its older kin: a call is an XML document, and so is its result.
 *
 * @see <a href="http://upnp.org/specs/gw/UPnP-gw-WANIPConnection-v2-Service.pdf">WANIPConnection:2</a>
 */
final class UpnpSoap {
    /** The router keeps mappings for ever or not at all. */
    static final int ONLY_PERMANENT_LEASES = 725;

    /** The port outside belongs to another. */
    static final int CONFLICT = 718;

    private static final int MAX_ERROR = 9_999;

    private UpnpSoap() {}

    /** A router's refusal. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final int code;

        Refused(String message, int code) {
            super(message);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    static String addPortMapping(
            String service, LocalPort local, InetAddress client, int externalPort, long lifetimeSeconds) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", Integer.toString(externalPort));
        arguments.put("NewProtocol", local.kind().name());
        arguments.put("NewInternalPort", Integer.toString(local.port()));
        arguments.put("NewInternalClient", client.getHostAddress());
        arguments.put("NewEnabled", "1");
        arguments.put("NewPortMappingDescription", "peerkit");
        arguments.put("NewLeaseDuration", Long.toString(lifetimeSeconds));
        return call(service, "AddPortMapping", arguments);
    }

    static String deletePortMapping(String service, PortKind kind, int externalPort) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", Integer.toString(externalPort));
        arguments.put("NewProtocol", kind.name());
        return call(service, "DeletePortMapping", arguments);
    }

    static String getExternalIpAddress(String service) {
        return call(service, "GetExternalIPAddress", Map.of());
    }

    /** The arguments are numbers, addresses and words of this class: nothing in them needs escaping. */
    private static String call(String service, String action, Map<String, String> arguments) {
        StringBuilder out = new StringBuilder(512)
                .append("<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"")
                .append(" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:")
                .append(action)
                .append(" xmlns:u=\"")
                .append(service)
                .append("\">");
        arguments.forEach((name, value) -> out.append('<')
                .append(name)
                .append('>')
                .append(value)
                .append("</")
                .append(name)
                .append('>'));
        return out.append("</u:")
                .append(action)
                .append("></s:Body></s:Envelope>\r\n")
                .toString();
    }

    /**
     * Reads a result.
     *
     * @param action what was called
     * @return the arguments that came back, and more that is of no interest
     * @throws InvalidBytesException when it is malformed
     * @throws Refused when the router refuses
     */
    static Map<String, String> result(String action, HttpAnswer answer) throws Refused {
        Map<String, String> leaves = new LinkedHashMap<>();
        RouterXml.read(answer.body(), leaves::putIfAbsent);
        String code = leaves.getOrDefault("errorCode", "");
        if (answer.status() != 200 || leaves.containsKey("Fault")) {
            int known = code.matches("[0-9]{1,4}") ? Integer.parseInt(code) : MAX_ERROR;
            throw new Refused(
                    "router refuses " + action + " with status " + answer.status() + ", error " + known, known);
        }
        if (!leaves.containsKey(action + "Response")) {
            throw new InvalidBytesException("answer of the router is not to " + action);
        }
        return leaves;
    }
}
