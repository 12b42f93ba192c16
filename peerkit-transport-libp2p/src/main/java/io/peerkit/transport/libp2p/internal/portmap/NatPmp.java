// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * The messages of NAT-PMP.
 *
 * <pre>
 *   ask for the address     0 | 0
 *   address                 0 | 128 | u16 result | u32 seconds since start | 4 bytes address
 *   ask for a mapping       0 | 1 UDP, 2 TCP | u16 0 | u16 inside | u16 outside, wished | u32 lifetime
 *   mapping                 0 | 129, 130 | u16 result | u32 seconds | u16 inside | u16 outside | u32 lifetime
 * </pre>
 *
 * A lifetime of 0 removes the mapping.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6886">RFC 6886</a>
 */
final class NatPmp {
    /** Where routers listen, by UDP; PCP shares it. */
    static final int PORT = 5351;

    static final int VERSION = 0;
    static final int OK = 0;

    /** The longest answer that is taken, in bytes; a longer one is cut off by the socket and refused. */
    static final int MAX_ANSWER_BYTES = 64;

    private static final int ASK_ADDRESS = 0;
    private static final int ANSWER = 128;
    private static final int ASK_BYTES = 12;
    private static final int REFUSAL_BYTES = 8;
    private static final int ADDRESS_BYTES = 12;
    private static final int MAPPING_BYTES = 16;

    private NatPmp() {}

    /**
     * The router's external address.
     *
     * @param seconds since the router started
     */
    record Address(long seconds, InetAddress address) {}

    /**
     * An open port.
     *
     * @param seconds since the router started
     * @param lifetimeSeconds 0 when it was removed
     */
    record Mapping(long seconds, int internalPort, int externalPort, long lifetimeSeconds) {}

    static byte[] askAddress() {
        return new byte[] {VERSION, ASK_ADDRESS};
    }

    static byte[] askMapping(LocalPort local, int externalPort, long lifetimeSeconds) {
        return ByteBuffer.allocate(ASK_BYTES)
                .put((byte) VERSION)
                .put((byte) operation(local.kind()))
                .putShort((short) 0)
                .putShort((short) local.port())
                .putShort((short) externalPort)
                .putInt((int) lifetimeSeconds)
                .array();
    }

    private static int operation(PortKind kind) {
        return kind == PortKind.UDP ? 1 : 2;
    }

    /**
     * Reads an answer to {@link #askAddress}.
     *
     * @throws InvalidBytesException when it is none
     * @throws PortMapException when it is a refusal
     */
    static Address address(byte[] bytes) throws PortMapException {
        ByteBuffer in = answer(bytes, ASK_ADDRESS, ADDRESS_BYTES);
        long seconds = in.getInt() & 0xffff_ffffL;
        byte[] address = new byte[Integer.BYTES];
        in.get(address);
        try {
            return new Address(seconds, InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 bytes", e);
        }
    }

    /**
     * Reads an answer to {@link #askMapping}.
     *
     * @throws InvalidBytesException when it is none, or about another port
     * @throws PortMapException when it is a refusal
     */
    static Mapping mapping(byte[] bytes, LocalPort local) throws PortMapException {
        ByteBuffer in = answer(bytes, operation(local.kind()), MAPPING_BYTES);
        long seconds = in.getInt() & 0xffff_ffffL;
        int internal = in.getShort() & 0xffff;
        if (internal != local.port()) {
            throw new InvalidBytesException("NAT-PMP answer is about port " + internal + ", must be " + local.port());
        }
        return new Mapping(seconds, internal, in.getShort() & 0xffff, in.getInt() & 0xffff_ffffL);
    }

    private static ByteBuffer answer(byte[] bytes, int operation, int length) throws PortMapException {
        if (bytes.length < REFUSAL_BYTES || bytes.length > MAX_ANSWER_BYTES) {
            throw new InvalidBytesException("NAT-PMP answer of " + bytes.length + " bytes, must be " + REFUSAL_BYTES
                    + " to " + MAX_ANSWER_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int version = in.get() & 0xff;
        int answered = in.get() & 0xff;
        if (version != VERSION || answered != ANSWER + operation) {
            throw new InvalidBytesException("NAT-PMP answer of version " + version + " to operation " + answered
                    + ", must be " + VERSION + " and " + (ANSWER + operation));
        }
        int result = in.getShort() & 0xffff;
        if (result != OK) {
            throw new PortMapException("router refuses with NAT-PMP result " + result);
        }
        if (bytes.length < length) {
            throw new InvalidBytesException("NAT-PMP answer of " + bytes.length + " bytes, must be " + length);
        }
        return in;
    }
}
