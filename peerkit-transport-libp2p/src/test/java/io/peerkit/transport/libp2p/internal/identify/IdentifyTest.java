// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IdentifyTest {
    private static final NodeKey KEY = NodeKey.fromSeed(new byte[32]);
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
    private static final IdentifyMessage FULL = new IdentifyMessage(
            Optional.of(KEY.publicKeyProtobuf()),
            List.of(ADDRESS, Multiaddr.parse("/ip6/::1/tcp/1")),
            List.of("/ipfs/ping/1.0.0", IdentifyMessage.PROTOCOL),
            Optional.of(Multiaddr.parse("/ip4/198.51.100.7/tcp/50000")),
            Optional.of("ipfs/0.1.0"),
            Optional.of("peerkit/0.1.0"),
            Optional.of(new PeerRecord(KEY.peerId(), 1, List.of(ADDRESS)).seal(KEY)));

    private static byte[] field(int field, byte[] value) {
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(field, value);
        return out.toBytes();
    }

    @Test
    void encode_everyField_readBack() {
        IdentifyMessage read = IdentifyMessage.decode(FULL.encode());
        assertThat(read).usingRecursiveComparison().isEqualTo(FULL);
        assertThat(read.publicKey().orElseThrow()).isEqualTo(KEY.publicKeyProtobuf());
        assertThat(PeerRecord.open(read.signedPeerRecord().orElseThrow()).addresses())
                .containsExactly(ADDRESS);
    }

    @Test
    void encode_fields_theirNumbersOnTheWire() {
        IdentifyMessage message = new IdentifyMessage(
                Optional.of(new byte[] {1}),
                List.of(Multiaddr.parse("/ws")),
                List.of("p"),
                Optional.of(Multiaddr.parse("/wss")),
                Optional.of("v"),
                Optional.of("a"),
                Optional.of(new byte[] {8}));
        assertThat(message.encode())
                .isEqualTo(Vectors.hex("0a0101" + "1202dd03" + "1a0170" + "2202de03" + "2a0176" + "320161" + "420108"));
    }

    @Test
    void decode_empty_saysNothing() {
        assertThat(IdentifyMessage.decode(new byte[0])).isEqualTo(IdentifyMessage.EMPTY);
        assertThat(IdentifyMessage.EMPTY.encode()).isEmpty();
    }

    @Test
    void decode_observedAddressWithPeerId_stripped() {
        byte[] named = field(4, ADDRESS.withPeerId(KEY.peerId()).toBytes());
        assertThat(IdentifyMessage.decode(named).observedAddress()).hasValue(ADDRESS);
        byte[] peerOnly = field(4, Multiaddr.parse("/p2p/" + KEY.peerId()).toBytes());
        assertThat(IdentifyMessage.decode(peerOnly).observedAddress()).isEmpty();
    }

    @Test
    void decode_addressOfUnknownKind_leftOutAndTheRestKept() {
        byte[] unknown = field(2, Vectors.hex("ffff03"));
        byte[] known = FULL.encode();
        byte[] both = Arrays.copyOf(unknown, unknown.length + known.length);
        System.arraycopy(known, 0, both, unknown.length, known.length);
        assertThat(IdentifyMessage.decode(both).listenAddresses()).isEqualTo(FULL.listenAddresses());
    }

    @Test
    void decode_unknownField_ignored() {
        assertThat(IdentifyMessage.decode(field(99, new byte[5]))).isEqualTo(IdentifyMessage.EMPTY);
    }

    @Test
    void mergedWith_secondMessage_listsGrowAndSinglesAreReplaced() {
        ProtobufWriter second = new ProtobufWriter();
        second.string(3, "/more");
        second.string(6, "other/1");
        IdentifyMessage merged = FULL.mergedWith(second.toBytes());
        assertThat(merged.protocols()).containsExactly("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", "/more");
        assertThat(merged.agentVersion()).hasValue("other/1");
        assertThat(merged.protocolVersion()).hasValue("ipfs/0.1.0");
        assertThat(merged.listenAddresses()).isEqualTo(FULL.listenAddresses());
    }

    @Test
    void mergedWith_mostEntries_takenAndOneMoreRefused() {
        IdentifyMessage most = new IdentifyMessage(
                Optional.empty(),
                Collections.nCopies(IdentifyMessage.MAX_ADDRESSES, ADDRESS),
                Collections.nCopies(IdentifyMessage.MAX_PROTOCOLS, "/p"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(IdentifyMessage.decode(most.encode())).isEqualTo(most);
        assertThatThrownBy(() -> most.mergedWith(field(2, ADDRESS.toBytes())))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("more than 128");
        assertThatThrownBy(() -> most.mergedWith(field(3, new byte[] {'p'})))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("more than 256");
    }

    @Test
    void decode_longestMessageAndName_takenAndOneMoreRefused() {
        byte[] longest = field(99, new byte[IdentifyMessage.MAX_BYTES - 4]);
        assertThat(longest).hasSize(IdentifyMessage.MAX_BYTES);
        assertThat(IdentifyMessage.decode(longest)).isEqualTo(IdentifyMessage.EMPTY);
        assertThatThrownBy(() -> IdentifyMessage.decode(new byte[8_193]))
                .hasMessage("identify message of 8193 bytes, at most 8192");
        byte[] name = new byte[256];
        Arrays.fill(name, (byte) 'x');
        assertThat(IdentifyMessage.decode(field(6, name)).agentVersion()).hasValue("x".repeat(256));
        assertThatThrownBy(() -> IdentifyMessage.decode(field(6, new byte[257])))
                .hasMessage("identify message field 6 of 257 bytes, at most 256");
    }

    @Test
    void encode_moreThanOthersRead_refused() {
        IdentifyMessage large = new IdentifyMessage(
                Optional.of(new byte[4_093]),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(large.encode()).hasSize(IdentifyMessage.MAX_SENT_BYTES);
        IdentifyMessage larger = large.mergedWith(field(3, new byte[] {'p'}));
        assertThatThrownBy(larger::encode)
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("identify message of 4099 bytes, at most 4096");
    }

    @Test
    void decode_randomBytes_refusedOrReadBack() {
        Fuzz.run(
                15,
                List.of(FULL.encode(), field(4, ADDRESS.withPeerId(KEY.peerId()).toBytes())),
                bytes -> {
                    IdentifyMessage message = IdentifyMessage.decode(bytes);
                    IdentifyMessage again = IdentifyMessage.decode(message.encode());
                    assertThat(again.listenAddresses()).isEqualTo(message.listenAddresses());
                    assertThat(again.protocols()).isEqualTo(message.protocols());
                    assertThat(again.agentVersion()).isEqualTo(message.agentVersion());
                    assertThat(again.publicKey().isPresent())
                            .isEqualTo(message.publicKey().isPresent());
                });
    }
}
