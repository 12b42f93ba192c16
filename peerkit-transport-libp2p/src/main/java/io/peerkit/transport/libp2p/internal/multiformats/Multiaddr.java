// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An address that says which protocols lead to a node, such as {@code /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…}.
 *
 * <p>Every component is checked on the way in, from text and from bytes alike, so that {@code toString} and
 * {@code toBytes} always give what the other parser takes. Immutable; equal when the bytes are.
 *
 * @see <a href="https://github.com/multiformats/multiaddr">multiaddr</a>
 */
public final class Multiaddr {
    /** The longest binary form in bytes. */
    public static final int MAX_BYTES = 1_024;

    /** The most components of one address. */
    public static final int MAX_COMPONENTS = 16;

    /** The longest text in characters; a byte of a path takes three of them. */
    public static final int MAX_CHARACTERS = 4_096;

    /**
     * One step of an address.
     *
     * @param protocol what it says
     * @param value the value's canonical text, empty for a protocol without one
     */
    public record Component(MultiaddrProtocol protocol, String value) {
        @Override
        public String toString() {
            return protocol.hasValue() ? "/" + protocol + "/" + value : "/" + protocol;
        }
    }

    private final List<Component> components;
    private final byte[] bytes;

    private Multiaddr(List<Component> components, byte[] bytes) {
        this.components = List.copyOf(components);
        this.bytes = bytes;
    }

    /**
     * Reads the text form.
     *
     * @param text the text
     * @return the address
     * @throws InvalidBytesException when a protocol is unknown, a value is missing or malformed, or a bound is passed
     */
    public static Multiaddr parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidBytesException("multiaddr of " + text.length() + " characters, at most " + MAX_CHARACTERS);
        }
        if (!text.startsWith("/")) {
            throw new InvalidBytesException("multiaddr does not start with a slash");
        }
        String[] parts = text.substring(1).split("/", -1);
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        List<Component> components = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            String name = parts[i];
            MultiaddrProtocol protocol = MultiaddrProtocol.byName(name)
                    .orElseThrow(() -> new InvalidBytesException("multiaddr protocol of " + name.length()
                            + " characters at " + components.size() + " is unknown"));
            if (protocol.hasValue() && ++i == parts.length) {
                throw new InvalidBytesException("multiaddr ends behind " + protocol + ", a value must follow");
            }
            append(components, out, protocol, protocol.value().toBytes(parts[i]));
        }
        return new Multiaddr(components, Arrays.copyOf(out.array(), out.position()));
    }

    /**
     * Reads the binary form.
     *
     * @param bytes the bytes, copied
     * @return the address
     * @throws InvalidBytesException when a protocol is unknown, a value is cut off or malformed, or a bound is passed
     */
    public static Multiaddr fromBytes(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new InvalidBytesException("multiaddr of " + bytes.length + " bytes, must have 1 to " + MAX_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        ByteBuffer out = ByteBuffer.allocate(bytes.length);
        List<Component> components = new ArrayList<>();
        while (in.hasRemaining()) {
            long code = Varint.read(in);
            MultiaddrProtocol protocol = MultiaddrProtocol.byCode(code)
                    .orElseThrow(() -> new InvalidBytesException("multiaddr protocol code " + code + " is unknown"));
            long length = protocol.sizeBytes() == MultiaddrProtocol.VARIABLE ? Varint.read(in) : protocol.sizeBytes();
            if (length > in.remaining()) {
                throw new InvalidBytesException("multiaddr value of " + length + " bytes for " + protocol + ", only "
                        + in.remaining() + " follow");
            }
            byte[] value = new byte[(int) length];
            in.get(value);
            append(components, out, protocol, value);
        }
        return new Multiaddr(components, out.array());
    }

    /**
     * The address of a TCP socket.
     *
     * @param ip the address; the zone of a scoped one is left out
     * @param port the port, 0 to 65535
     * @return {@code /ip4/…/tcp/…} or {@code /ip6/…/tcp/…}
     */
    public static Multiaddr ofTcp(InetAddress ip, int port) {
        return parse(host(ip) + "/tcp/" + port);
    }

    /**
     * The address of a UDP socket on which QUIC is spoken.
     *
     * @param ip the address; the zone of a scoped one is left out
     * @param port the port, 0 to 65535
     * @return {@code /ip4/…/udp/…/quic-v1} or {@code /ip6/…/udp/…/quic-v1}
     */
    public static Multiaddr ofQuic(InetAddress ip, int port) {
        return parse(host(ip) + "/udp/" + port + "/quic-v1");
    }

    private static String host(InetAddress ip) {
        byte[] raw = ip.getAddress();
        return raw.length == 4 ? "/ip4/" + IpText.printIp4(raw, 0) : "/ip6/" + IpText.printIp6(raw);
    }

    private static void append(List<Component> components, ByteBuffer out, MultiaddrProtocol protocol, byte[] value) {
        if (components.size() == MAX_COMPONENTS) {
            throw new InvalidBytesException("multiaddr of more than " + MAX_COMPONENTS + " components");
        }
        boolean variable = protocol.sizeBytes() == MultiaddrProtocol.VARIABLE;
        int length = Varint.length(protocol.code()) + (variable ? Varint.length(value.length) : 0) + value.length;
        if (length > out.remaining()) {
            throw new InvalidBytesException("multiaddr of more than " + MAX_BYTES + " bytes");
        }
        components.add(new Component(protocol, protocol.value().toText(value)));
        Varint.write(out, protocol.code());
        if (variable) {
            Varint.write(out, value.length);
        }
        out.put(value);
    }

    /**
     * The steps, first to last.
     *
     * @return 1 to 16 of them
     */
    public List<Component> components() {
        return components;
    }

    /**
     * Whether this is {@code ip4|ip6|dns|dns4|dns6}, {@code tcp} and perhaps {@code p2p}, and nothing else.
     * {@code dnsaddr} does not count: it names a list of multiaddrs, not a host.
     *
     * @return whether a plain TCP connection leads there
     */
    public boolean isTcp() {
        int size = components.size();
        return (size == 2 || (size == 3 && is(2, MultiaddrProtocol.P2P)))
                && is(1, MultiaddrProtocol.TCP)
                && isHost(components.get(0).protocol());
    }

    /**
     * Whether this is {@code ip4|ip6|dns|dns4|dns6}, {@code udp}, {@code quic-v1} and perhaps {@code p2p}, and nothing else.
     *
     * @return whether QUIC leads there
     */
    public boolean isQuic() {
        int size = components.size();
        return (size == 3 || (size == 4 && is(3, MultiaddrProtocol.P2P)))
                && is(1, MultiaddrProtocol.UDP)
                && is(2, MultiaddrProtocol.QUIC_V1)
                && isHost(components.get(0).protocol());
    }

    private static boolean isHost(MultiaddrProtocol protocol) {
        return switch (protocol) {
            case IP4, IP6, DNS, DNS4, DNS6 -> true;
            default -> false;
        };
    }

    /**
     * Whether the way leads through a relay.
     *
     * @return whether a {@code p2p-circuit} is in it
     */
    public boolean isRelayed() {
        return components.stream().anyMatch(each -> each.protocol() == MultiaddrProtocol.P2P_CIRCUIT);
    }

    /**
     * The IP address that the address starts with.
     *
     * @return it, or empty when it starts with a name or anything else
     */
    public Optional<InetAddress> ip() {
        if (!is(0, MultiaddrProtocol.IP4) && !is(0, MultiaddrProtocol.IP6)) {
            return Optional.empty();
        }
        Component first = components.get(0);
        try {
            // From bytes, which never asks a name service.
            return Optional.of(InetAddress.getByAddress(first.protocol().value().toBytes(first.value())));
        } catch (UnknownHostException e) {
            throw new AssertionError("an IP address of 4 or 16 bytes", e);
        }
    }

    /**
     * The IP address or DNS name that the address starts with.
     *
     * @return its text, or empty when it starts with anything else
     */
    public Optional<String> host() {
        Component first = components.get(0);
        return switch (first.protocol()) {
            case IP4, IP6, DNS, DNS4, DNS6 -> Optional.of(first.value());
            default -> Optional.empty();
        };
    }

    /**
     * The TCP or UDP port in second place.
     *
     * @return 0 to 65535, or empty
     */
    public OptionalInt port() {
        boolean present = is(1, MultiaddrProtocol.TCP) || is(1, MultiaddrProtocol.UDP);
        return present ? OptionalInt.of(Integer.parseInt(components.get(1).value())) : OptionalInt.empty();
    }

    /**
     * The node at the end of the way.
     *
     * @return the PeerId in last place, or empty when the address does not end in one
     */
    public Optional<PeerId> peerId() {
        Component last = components.get(components.size() - 1);
        return last.protocol() == MultiaddrProtocol.P2P ? Optional.of(PeerId.parse(last.value())) : Optional.empty();
    }

    /**
     * This address with the node's name at its end.
     *
     * @param peer the node
     * @return an address that ends in {@code /p2p/…}; this one when it already does
     * @throws InvalidBytesException when it ends in another node's name, or a bound is passed
     */
    public Multiaddr withPeerId(PeerId peer) {
        Optional<PeerId> present = peerId();
        if (present.isEmpty()) {
            return parse(this + "/p2p/" + peer);
        }
        if (!present.get().equals(peer)) {
            throw new InvalidBytesException("multiaddr names peer " + present.get() + ", must be " + peer);
        }
        return this;
    }

    /**
     * This address without the node's name at its end.
     *
     * @return the address without a last {@code /p2p/…}, or empty when nothing else is in it
     */
    public Optional<Multiaddr> withoutPeerId() {
        if (peerId().isEmpty()) {
            return Optional.of(this);
        }
        if (components.size() == 1) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        components.subList(0, components.size() - 1).forEach(text::append);
        return Optional.of(parse(text.toString()));
    }

    private boolean is(int index, MultiaddrProtocol protocol) {
        return index < components.size() && components.get(index).protocol() == protocol;
    }

    /**
     * The binary form.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Multiaddr that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The canonical text form. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        components.forEach(text::append);
        return text.toString();
    }
}
