// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The MAP message of the Port Control Protocol.
 *
 * <pre>
 *   request   2 |   1 | u16 0           | u32 lifetime | 16 bytes address of the client
 *   answer    2 | 129 | u8 0, u8 result | u32 lifetime | u32 epoch, 12 bytes 0
 *   both      12 bytes nonce | u8 IP protocol, 3 bytes 0 | u16 inside | u16 outside | 16 bytes address outside
 * </pre>
 *
 * IPv4 addresses stand as {@code ::ffff:a.b.c.d}. A lifetime of 0 removes the mapping that was made under the same nonce.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6887">RFC 6887</a>
 */
final class Pcp {
    static final int VERSION = 2;

    /** The length of the nonce that the client draws for a mapping, in bytes. */
    static final int NONCE_BYTES = 12;

    /** The longest message in bytes, section 7. */
    static final int MAX_BYTES = 1_100;

    static final int OK = 0;
    static final int UNSUPPORTED_VERSION = 1;

    private static final int MAP = 1;
    private static final int ANSWER = 0x80;
    private static final int HEADER_BYTES = 24;
    private static final int MAP_BYTES = 36;
    private static final int IP6_BYTES = 16;
    private static final int RESERVED_BYTES = 12;

    private Pcp() {}

    /**
     * An open port.
     *
     * @param epoch the seconds of the router's state; they fall when it has forgotten
     * @param lifetimeSeconds 0 when it was removed
     */
    record Mapping(long epoch, InetAddress externalAddress, int externalPort, long lifetimeSeconds) {}

    static byte[] askMapping(
            InetAddress client, byte[] nonce, LocalPort local, int externalPort, long lifetimeSeconds) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + MAP_BYTES)
                .put((byte) VERSION)
                .put((byte) MAP)
                .putShort((short) 0)
                .putInt((int) lifetimeSeconds)
                .put(mapped(client))
                .put(nonce)
                .put((byte) local.kind().ipProtocol())
                .put(new byte[3])
                .putShort((short) local.port())
                .putShort((short) externalPort);
        // No wish for the address: all zeros, in the form of the client's family.
        out.put(client.getAddress().length == IP6_BYTES ? new byte[IP6_BYTES] : mappedIp4(new byte[Integer.BYTES]));
        return out.array();
    }

    private static byte[] mapped(InetAddress address) {
        byte[] raw = address.getAddress();
        return raw.length == IP6_BYTES ? raw : mappedIp4(raw);
    }

    private static byte[] mappedIp4(byte[] raw) {
        byte[] bytes = new byte[IP6_BYTES];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        System.arraycopy(raw, 0, bytes, 12, Integer.BYTES);
        return bytes;
    }

    /** Whether an answer says that the router knows NAT-PMP alone, or another version of PCP. */
    static boolean isOtherVersion(byte[] bytes) {
        return bytes.length >= Integer.BYTES
                && (bytes[1] & ANSWER) != 0
                && ((bytes[0] & 0xff) != VERSION || (bytes[3] & 0xff) == UNSUPPORTED_VERSION);
    }

    /**
     * Reads an answer to {@link #askMapping}.
     *
     * @throws InvalidBytesException when it is none, or to another request
     * @throws PortMapException when it is a refusal
     */
    static Mapping mapping(byte[] bytes, byte[] nonce, LocalPort local) throws PortMapException {
        if (bytes.length < HEADER_BYTES || bytes.length > MAX_BYTES || bytes.length % Integer.BYTES != 0) {
            throw new InvalidBytesException("PCP answer of " + bytes.length + " bytes, must be " + HEADER_BYTES + " to "
                    + MAX_BYTES + " and divisible by 4");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int version = in.get() & 0xff;
        int operation = in.get() & 0xff;
        in.get(); // reserved
        int result = in.get() & 0xff;
        if (version != VERSION || operation != (ANSWER | MAP)) {
            throw new InvalidBytesException(
                    "PCP answer of version " + version + " to operation " + operation + ", must be 2 and 129");
        }
        if (result != OK) {
            throw new PortMapException("router refuses with PCP result " + result);
        }
        if (bytes.length < HEADER_BYTES + MAP_BYTES) {
            throw new InvalidBytesException(
                    "PCP answer of " + bytes.length + " bytes, must be " + (HEADER_BYTES + MAP_BYTES));
        }
        long lifetime = in.getInt() & 0xffff_ffffL;
        long epoch = in.getInt() & 0xffff_ffffL;
        in.position(in.position() + RESERVED_BYTES);
        byte[] answered = new byte[NONCE_BYTES];
        in.get(answered);
        int ipProtocol = in.getInt() >>> 24;
        int internal = in.getShort() & 0xffff;
        if (!Arrays.equals(answered, nonce) || ipProtocol != local.kind().ipProtocol() || internal != local.port()) {
            throw new InvalidBytesException("PCP answer is to another request than that for " + local);
        }
        int external = in.getShort() & 0xffff;
        byte[] address = new byte[IP6_BYTES];
        in.get(address);
        try {
            // The JDK makes an IPv4 address of a mapped one.
            return new Mapping(epoch, InetAddress.getByAddress(address), external, lifetime);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 16 bytes", e);
        }
    }
}
