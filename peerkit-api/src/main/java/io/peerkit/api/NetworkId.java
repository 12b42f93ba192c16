// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.nio.charset.StandardCharsets;

/**
 * Names a network: entries and handshakes of one network mean nothing in another.
 *
 * <p>The text form is 64 lower-case hexadecimal digits.
 */
public final class NetworkId extends Id32 implements Comparable<NetworkId> {
    private NetworkId(byte[] bytes) {
        super(bytes);
    }

    /**
     * Wraps 32 bytes.
     *
     * @param bytes 32 bytes, copied
     * @return the identifier
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static NetworkId of(byte[] bytes) {
        return new NetworkId(bytes);
    }

    /**
     * Reads the text form.
     *
     * @param hex 64 hexadecimal digits
     * @return the identifier
     * @throws InvalidBytesException when {@code hex} is anything else
     */
    public static NetworkId parse(String hex) {
        return new NetworkId(parseHex("NetworkId", hex));
    }

    /**
     * Derives the identifier of a network from a name.
     *
     * @param name any text; agents that should share data use the same
     * @return SHA-256 of {@code "peerkit-network-2:"} and the name in UTF-8
     */
    public static NetworkId named(String name) {
        return new NetworkId(sha256(("peerkit-network-2:" + name).getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Derives an identifier from what a network is made of.
     *
     * @param bytes begin with a domain of their own
     * @return their SHA-256
     */
    public static NetworkId ofHash(byte[] bytes) {
        return new NetworkId(sha256(bytes));
    }

    @Override
    public int compareTo(NetworkId other) {
        return compareBytes(other);
    }
}
