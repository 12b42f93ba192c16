// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** HopMessage, StopMessage, Reservation and ReservationVoucher. */
final class RelayMessageTest {
    private static final NodeKey RELAY = NodeKey.fromSeed(new byte[32]);
    private static final PeerId PEER =
            NodeKey.fromSeed(HexFormat.of().parseHex("01".repeat(32))).peerId();
    private static final Instant EXPIRES = Instant.ofEpochSecond(1_800_000_000L);
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p/" + RELAY.peerId());
    private static final byte[] VOUCHER = new ReservationVoucher(RELAY.peerId(), PEER, EXPIRES).seal(RELAY);
    private static final Reservation PLACE = new Reservation(EXPIRES, List.of(ADDRESS), Optional.of(VOUCHER));
    private static final HopMessage.Status PLACED =
            new HopMessage.Status(RelayStatus.OK, Optional.of(PLACE), new CircuitLimit(120, 131_072));

    @Test
    void encode_reserve_typeIsWrittenThoughItIsZero() {
        assertThat(new HopMessage.Reserve().encode()).isEqualTo(new byte[] {0x08, 0});
    }

    @Test
    void encode_hopConnect_typeAndPeer() {
        byte[] id = PEER.toBytes();
        byte[] bytes = new HopMessage.Connect(PEER).encode();
        assertThat(bytes)
                .startsWith(0x08, 1, 0x12, id.length + 2, 0x0a, id.length)
                .endsWith(id);
        assertThat(HopMessage.decode(bytes)).isEqualTo(new HopMessage.Connect(PEER));
    }

    @Test
    void encode_hopStatusWithEverything_readBack() {
        HopMessage.Status read = (HopMessage.Status) HopMessage.decode(PLACED.encode());
        assertThat(read.status()).isEqualTo(RelayStatus.OK);
        assertThat(read.limit()).isEqualTo(PLACED.limit());
        Reservation place = read.reservation().orElseThrow();
        assertThat(place.expiresAt()).isEqualTo(EXPIRES);
        assertThat(place.addresses()).containsExactly(ADDRESS);
        assertThat(place.voucher().orElseThrow()).isEqualTo(VOUCHER);
    }

    @Test
    void encode_noLimit_leftOut() {
        byte[] bytes = HopMessage.answer(RelayStatus.NO_RESERVATION).encode();
        assertThat(bytes).isEqualTo(new byte[] {0x08, 2, 0x28, (byte) 0xcc, 1});
        assertThat(HopMessage.decode(bytes)).isEqualTo(HopMessage.answer(RelayStatus.NO_RESERVATION));
    }

    @Test
    void encode_stopMessages_readBack() {
        StopMessage connect = new StopMessage.Connect(PEER, new CircuitLimit(0, 4_096));
        assertThat(StopMessage.decode(connect.encode())).isEqualTo(connect);
        StopMessage status = new StopMessage.Status(RelayStatus.PERMISSION_DENIED);
        assertThat(status.encode()).isEqualTo(new byte[] {0x08, 1, 0x20, (byte) 0xca, 1});
        assertThat(StopMessage.decode(status.encode())).isEqualTo(status);
    }

    @Test
    void decode_unknownStatus_isNoOk() {
        byte[] bytes = {0x08, 2, 0x28, 7};
        assertThat(HopMessage.decode(bytes)).isEqualTo(HopMessage.answer(RelayStatus.UNKNOWN));
    }

    @Test
    void decode_typeMissingOrUnknown_refused() {
        assertThatThrownBy(() -> HopMessage.decode(new byte[0])).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> HopMessage.decode(new byte[] {0x08, 3})).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> StopMessage.decode(new byte[] {0x08, 2})).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_connectWithoutPeer_refused() {
        assertThatThrownBy(() -> HopMessage.decode(new byte[] {0x08, 1})).hasMessageContaining("no peer");
        assertThatThrownBy(() -> StopMessage.decode(new byte[] {0x08, 0})).hasMessageContaining("no peer");
    }

    @Test
    void decode_longestAllowedAndOneMore_boundHolds() {
        byte[] start = new HopMessage.Reserve().encode();
        assertThat(HopMessage.decode(padded(start, RelayProtocol.MAX_MESSAGE_BYTES)))
                .isEqualTo(new HopMessage.Reserve());
        assertThatThrownBy(() -> HopMessage.decode(padded(start, RelayProtocol.MAX_MESSAGE_BYTES + 1)))
                .hasMessageContaining("at most 4096");
    }

    /** An unknown field fills the rest. */
    private static byte[] padded(byte[] start, int length) {
        ProtobufWriter field = new ProtobufWriter();
        field.bytes(15, new byte[length - start.length - 3]);
        byte[] rest = field.toBytes();
        byte[] all = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        assertThat(all).hasSize(length);
        return all;
    }

    @Test
    void decode_moreAddressesThanAreKept_restLeftOut() {
        Reservation many = new Reservation(EXPIRES, Collections.nCopies(40, ADDRESS), Optional.empty());
        assertThat(Reservation.decode(many.encode()).addresses()).hasSize(RelayProtocol.MAX_ADDRESSES);
    }

    @Test
    void decode_expiryBeyondAllCalendars_refused() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(1, Long.MAX_VALUE);
        assertThatThrownBy(() -> Reservation.decode(out.toBytes())).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void open_voucherOfTheRelay_saysWhoseAndUntilWhen() {
        ReservationVoucher voucher = ReservationVoucher.open(VOUCHER);
        assertThat(voucher).isEqualTo(new ReservationVoucher(RELAY.peerId(), PEER, EXPIRES));
    }

    @Test
    void seal_keyOfAnother_programError() {
        ReservationVoucher voucher = new ReservationVoucher(PEER, PEER, EXPIRES);
        assertThatThrownBy(() -> voucher.seal(RELAY)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fuzz_hopMessages_onlyRefusals() {
        Fuzz.run(
                501,
                List.of(new HopMessage.Reserve().encode(), new HopMessage.Connect(PEER).encode(), PLACED.encode()),
                bytes -> assertThat(HopMessage.decode(HopMessage.decode(bytes).encode()))
                        .isNotNull());
    }

    @Test
    void fuzz_stopMessages_onlyRefusals() {
        Fuzz.run(
                502,
                List.of(
                        new StopMessage.Connect(PEER, new CircuitLimit(1, 2)).encode(),
                        new StopMessage.Status(RelayStatus.OK).encode()),
                bytes -> {
                    StopMessage read = StopMessage.decode(bytes);
                    assertThat(StopMessage.decode(read.encode())).isEqualTo(read);
                });
    }

    @Test
    void fuzz_vouchers_onlyRefusals() {
        ProtobufWriter payload = new ProtobufWriter();
        payload.bytes(1, RELAY.peerId().toBytes());
        payload.bytes(2, PEER.toBytes());
        payload.varint(3, 1_800_000_000L);
        Fuzz.run(
                503,
                List.of(payload.toBytes()),
                bytes -> assertThat(ReservationVoucher.decode(bytes)).isNotNull());
    }
}
