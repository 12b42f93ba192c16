// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PeerRecord and SignedEnvelope. */
final class PeerRecordTest {
    private static final String DOMAIN = "libp2p-peer-record";
    private static final byte[] TYPE = {3, 1};
    private static final NodeKey KEY = NodeKey.fromSeed(new byte[32]);
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");

    static Stream<JsonNode> jsRecords() {
        return Vectors.items(Vectors.js().get("peerRecords"));
    }

    @ParameterizedTest
    @MethodSource("jsRecords")
    void seal_recordsOfJs_sameBytesAndBack(JsonNode each) {
        NodeKey key = NodeKey.fromSeed(Vectors.hex(each.get("seed")));
        List<Multiaddr> addresses = Vectors.items(each.get("addrs"))
                .map(text -> Multiaddr.parse(text.asText()))
                .toList();
        PeerRecord record =
                new PeerRecord(key.peerId(), Long.parseLong(each.get("seq").asText()), addresses);
        byte[] envelope = Vectors.hex(each.get("envelope"));
        assertThat(record.seal(key)).isEqualTo(envelope);
        assertThat(PeerRecord.open(envelope)).isEqualTo(record);
    }

    @Test
    void seal_otherKey_programError() {
        PeerRecord record = new PeerRecord(KEY.peerId(), 1, List.of());
        NodeKey other = NodeKey.fromSeed(Vectors.hex("01".repeat(32)));
        assertThatThrownBy(() -> record.seal(other)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void seal_highestSeq_readBack() {
        PeerRecord record = new PeerRecord(KEY.peerId(), -1, List.of(ADDRESS));
        assertThat(PeerRecord.open(record.seal(KEY))).isEqualTo(record);
    }

    @Test
    void open_recordOfAnotherPeer_refused() {
        NodeKey other = NodeKey.fromSeed(Vectors.hex("01".repeat(32)));
        ProtobufWriter payload = new ProtobufWriter();
        payload.bytes(1, other.peerId().toBytes());
        payload.varint(2, 1);
        byte[] envelope = SignedEnvelope.seal(KEY, DOMAIN, TYPE, payload.toBytes());
        assertThatThrownBy(() -> PeerRecord.open(envelope))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("peer record of " + other.peerId() + " is signed by " + KEY.peerId());
    }

    @Test
    void open_otherDomainOrType_refused() {
        byte[] otherDomain = SignedEnvelope.seal(KEY, "libp2p-routing-state", TYPE, new byte[1]);
        assertThatThrownBy(() -> PeerRecord.open(otherDomain)).hasMessageContaining("no valid signature");
        byte[] otherType = SignedEnvelope.seal(KEY, DOMAIN, new byte[] {3, 2}, new byte[1]);
        assertThatThrownBy(() -> PeerRecord.open(otherType)).hasMessageContaining("another payload type");
    }

    @Test
    void open_mostAddresses_takenAndOneMoreRefused() {
        PeerRecord most = new PeerRecord(KEY.peerId(), 1, Collections.nCopies(128, ADDRESS));
        assertThat(PeerRecord.open(most.seal(KEY))).isEqualTo(most);
        byte[] oneMore = new PeerRecord(KEY.peerId(), 1, Collections.nCopies(129, ADDRESS)).seal(KEY);
        assertThatThrownBy(() -> PeerRecord.open(oneMore)).hasMessage("peer record lists more than 128 addresses");
        assertThatThrownBy(() -> PeerRecord.open(new byte[8_193]))
                .hasMessage("signed envelope of 8193 bytes, at most 8192");
    }

    @Test
    void open_addressOfUnknownKind_leftOut() {
        ProtobufWriter unknown = new ProtobufWriter();
        unknown.bytes(1, Vectors.hex("ffff03"));
        ProtobufWriter known = new ProtobufWriter();
        known.bytes(1, ADDRESS.toBytes());
        ProtobufWriter payload = new ProtobufWriter();
        payload.bytes(1, KEY.peerId().toBytes());
        payload.bytes(3, unknown.toBytes());
        payload.bytes(3, known.toBytes());
        byte[] envelope = SignedEnvelope.seal(KEY, DOMAIN, TYPE, payload.toBytes());
        assertThat(PeerRecord.open(envelope)).isEqualTo(new PeerRecord(KEY.peerId(), 0, List.of(ADDRESS)));
    }

    @Test
    void open_randomBytes_refusedOrTheSignedRecord() {
        PeerRecord record = new PeerRecord(KEY.peerId(), 7, List.of(ADDRESS));
        Fuzz.run(
                16,
                List.of(record.seal(KEY)),
                bytes -> assertThat(PeerRecord.open(bytes)).isEqualTo(record));
    }

    /** Behind the signature every payload is possible, since any node can sign its own. */
    @Test
    void decode_randomPayload_refusedOrNamesAPeer() {
        ProtobufWriter inner = new ProtobufWriter();
        inner.bytes(1, ADDRESS.toBytes());
        ProtobufWriter payload = new ProtobufWriter();
        payload.bytes(1, KEY.peerId().toBytes());
        payload.varint(2, 7);
        payload.bytes(3, inner.toBytes());
        Fuzz.run(
                17,
                List.of(payload.toBytes()),
                bytes -> assertThat(PeerRecord.decode(bytes).peer().toBytes()).isNotEmpty());
    }
}
