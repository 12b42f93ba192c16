// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a node says about itself, and how it sees the other.
 *
 * <pre>{@code
 *   1 publicKey          5 protocolVersion
 *   2 listenAddrs*       6 agentVersion
 *   3 protocols*         8 signedPeerRecord
 *   4 observedAddr
 * }</pre>
 *
 * <p>On the stream a varint length precedes it. Nothing in it is proven: the key must be compared with the PeerId of
 * the connection. Addresses of a kind that is not known here are left out and the rest is kept, since new kinds come.
 *
 * @param publicKey the sender's public key protobuf
 * @param listenAddresses where the sender can be reached
 * @param protocols what the sender speaks
 * @param observedAddress where the receiver seems to be, without a last {@code /p2p}
 * @param protocolVersion the network's family, such as {@code ipfs/0.1.0}
 * @param agentVersion the sender's software
 * @param signedPeerRecord a {@link SignedEnvelope}, unchecked; see {@link PeerRecord#open}
 * @see <a href="https://github.com/libp2p/specs/blob/master/identify/README.md">identify, r1</a>
 */
public record IdentifyMessage(
        Optional<byte[]> publicKey,
        List<Multiaddr> listenAddresses,
        List<String> protocols,
        Optional<Multiaddr> observedAddress,
        Optional<String> protocolVersion,
        Optional<String> agentVersion,
        Optional<byte[]> signedPeerRecord) {
    /** The protocol: the opened side sends one message and closes. */
    public static final String PROTOCOL = "/ipfs/id/1.0.0";

    /** The protocol for news: the opening side sends a message; what is absent has not changed. */
    public static final String PUSH_PROTOCOL = "/ipfs/id/push/1.0.0";

    /** The longest message in bytes that is read. */
    public static final int MAX_BYTES = 8_192;

    /** The longest message in bytes that is written; rust-libp2p reads no more. */
    public static final int MAX_SENT_BYTES = 4_096;

    /** The most addresses of one node, merged messages included. */
    public static final int MAX_ADDRESSES = 128;

    /** The most protocols of one node, merged messages included. */
    public static final int MAX_PROTOCOLS = 256;

    /** The most messages that may be merged on one stream. */
    public static final int MAX_MESSAGES = 10;

    /** The longest name of a protocol, or version, in bytes. */
    public static final int MAX_NAME_BYTES = 256;

    private static final int PUBLIC_KEY = 1;
    private static final int LISTEN_ADDRS = 2;
    private static final int PROTOCOLS = 3;
    private static final int OBSERVED_ADDR = 4;
    private static final int PROTOCOL_VERSION = 5;
    private static final int AGENT_VERSION = 6;
    private static final int SIGNED_PEER_RECORD = 8;

    /** Says nothing. */
    public static final IdentifyMessage EMPTY = new IdentifyMessage(
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** Copies the lists. */
    public IdentifyMessage {
        listenAddresses = List.copyOf(listenAddresses);
        protocols = List.copyOf(protocols);
    }

    /**
     * Reads a message.
     *
     * @param bytes the message without its length
     * @return what it says
     * @throws InvalidBytesException when it is malformed or a bound is passed
     */
    public static IdentifyMessage decode(byte[] bytes) {
        return EMPTY.mergedWith(bytes);
    }

    /**
     * Reads a further message of the same stream, or news about the same node. Lists grow, single values are replaced.
     *
     * @param bytes the message without its length
     * @return what both say
     * @throws InvalidBytesException when it is malformed or a bound is passed
     */
    public IdentifyMessage mergedWith(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("identify message", bytes, MAX_BYTES);
        Optional<byte[]> key = publicKey;
        List<Multiaddr> addresses = new ArrayList<>(listenAddresses);
        List<String> names = new ArrayList<>(protocols);
        Optional<Multiaddr> observed = observedAddress;
        Optional<String> family = protocolVersion;
        Optional<String> agent = agentVersion;
        Optional<byte[]> envelope = signedPeerRecord;
        while (in.next()) {
            switch (in.field()) {
                case PUBLIC_KEY -> key = Optional.of(in.bytes(PublicKeys.MAX_BYTES));
                case LISTEN_ADDRS -> readAddress(in).ifPresent(address -> add(addresses, address, MAX_ADDRESSES));
                case PROTOCOLS -> add(names, in.string(MAX_NAME_BYTES), MAX_PROTOCOLS);
                case OBSERVED_ADDR -> observed = readAddress(in).flatMap(Multiaddr::withoutPeerId);
                case PROTOCOL_VERSION -> family = Optional.of(in.string(MAX_NAME_BYTES));
                case AGENT_VERSION -> agent = Optional.of(in.string(MAX_NAME_BYTES));
                case SIGNED_PEER_RECORD -> envelope = Optional.of(in.bytes(MAX_BYTES));
                default -> {} // not known yet
            }
        }
        return new IdentifyMessage(key, addresses, names, observed, family, agent, envelope);
    }

    private static Optional<Multiaddr> readAddress(ProtobufReader in) {
        byte[] bytes = in.bytes(MAX_BYTES);
        try {
            return Optional.of(Multiaddr.fromBytes(bytes));
        } catch (InvalidBytesException unknownKind) {
            return Optional.empty();
        }
    }

    private static <T> void add(List<T> list, T value, int max) {
        if (list.size() == max) {
            throw new InvalidBytesException("identify message lists more than " + max + " addresses or protocols");
        }
        list.add(value);
    }

    /**
     * Writes the message.
     *
     * @return the message without its length
     * @throws LimitExceededException when it has more than 4,096 bytes
     */
    public byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        publicKey.ifPresent(key -> out.bytes(PUBLIC_KEY, key));
        listenAddresses.forEach(address -> out.bytes(LISTEN_ADDRS, address.toBytes()));
        protocols.forEach(protocol -> out.string(PROTOCOLS, protocol));
        observedAddress.ifPresent(address -> out.bytes(OBSERVED_ADDR, address.toBytes()));
        protocolVersion.ifPresent(version -> out.string(PROTOCOL_VERSION, version));
        agentVersion.ifPresent(version -> out.string(AGENT_VERSION, version));
        signedPeerRecord.ifPresent(envelope -> out.bytes(SIGNED_PEER_RECORD, envelope));
        byte[] bytes = out.toBytes();
        if (bytes.length > MAX_SENT_BYTES) {
            throw new LimitExceededException(
                    "identify message of " + bytes.length + " bytes, at most " + MAX_SENT_BYTES);
        }
        return bytes;
    }
}
