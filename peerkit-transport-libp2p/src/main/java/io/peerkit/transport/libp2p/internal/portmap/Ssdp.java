// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The search for a gateway: a question by multicast, to which routers answer with where their description is.
 *
 * @see <a href="https://openconnectivity.org/upnp-specs/UPnP-arch-DeviceArchitecture-v2.0-20200417.pdf">UPnP Device
 *     Architecture 2.0, section 1.3</a>
 */
final class Ssdp {
    static final int PORT = 1900;

    /** The longest answer that is read, in bytes. */
    static final int MAX_ANSWER_BYTES = 2_048;

    /** What is searched: gateways of both versions. */
    static final List<String> TARGETS = List.of(
            "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
            "urn:schemas-upnp-org:device:InternetGatewayDevice:1");

    private static final String MULTICAST = "239.255.255.250";
    private static final String LOCATION = "location:";

    private Ssdp() {}

    static InetAddress group() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 239, (byte) 255, (byte) 255, (byte) 250});
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 bytes", e);
        }
    }

    static byte[] search(String target) {
        return ("M-SEARCH * HTTP/1.1\r\nHOST: " + MULTICAST + ":" + PORT + "\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: "
                        + target + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads an answer.
     *
     * @param from who sent it
     * @return where the description is: on the very machine that answered, so that nobody can send this node elsewhere
     * @throws InvalidBytesException when it is no answer, or leads to another machine
     */
    static URI location(byte[] bytes, InetAddress from) {
        if (bytes.length > MAX_ANSWER_BYTES) {
            throw new InvalidBytesException("SSDP answer of " + bytes.length + " bytes, at most " + MAX_ANSWER_BYTES);
        }
        List<String> lines =
                new String(bytes, StandardCharsets.US_ASCII).lines().toList();
        if (lines.isEmpty() || !lines.get(0).startsWith("HTTP/1.1 200")) {
            throw new InvalidBytesException("SSDP answer is none");
        }
        Optional<String> location = lines.stream()
                .filter(line -> line.regionMatches(true, 0, LOCATION, 0, LOCATION.length()))
                .map(line -> line.substring(LOCATION.length()).strip())
                .findFirst();
        return RouterUrl.on(
                from, location.orElseThrow(() -> new InvalidBytesException("SSDP answer names no location")));
    }
}
