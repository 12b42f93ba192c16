// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Names an agent: its Ed25519 public key (RFC 8032), 32 bytes.
 *
 * <p>The text form is 64 lower-case hexadecimal digits.
 */
public final class AgentId extends Id32 implements Comparable<AgentId> {
    private AgentId(byte[] bytes) {
        super(bytes);
    }

    /**
     * Wraps a public key; whether it is a valid one is checked where it is used.
     *
     * @param bytes 32 bytes, copied
     * @return the identifier
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static AgentId of(byte[] bytes) {
        return new AgentId(bytes);
    }

    /**
     * Reads the text form.
     *
     * @param hex 64 hexadecimal digits
     * @return the identifier
     * @throws InvalidBytesException when {@code hex} is anything else
     */
    public static AgentId parse(String hex) {
        return new AgentId(parseHex("AgentId", hex));
    }

    @Override
    public int compareTo(AgentId other) {
        return compareBytes(other);
    }
}
