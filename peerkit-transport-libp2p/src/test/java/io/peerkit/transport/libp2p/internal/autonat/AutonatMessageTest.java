// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AutonatMessageTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/44.128.1.1/tcp/5001");
    private static final AutonatMessage REQUEST =
            new AutonatMessage.DialRequest(List.of(Optional.empty(), Optional.of(ADDRESS)), 0x0102030405060708L);
    private static final AutonatMessage RESPONSE =
            new AutonatMessage.DialResponse(ResponseStatus.OK, 1, DialStatus.DIAL_ERROR);
    private static final AutonatMessage WANTED = new AutonatMessage.DialDataRequest(1, 100_000);
    private static final AutonatMessage DATA = new AutonatMessage.DialDataResponse(3);

    @Test
    void encode_allFour_asTheSpecificationHasThem() {
        // request: an address that is empty, one of 8 bytes, the nonce with its lowest byte first
        assertHex("0a15" + "0a00" + "0a08042c800101061389" + "110807060504030201", REQUEST);
        assertHex("1207" + "08c801" + "1001" + "1864", RESPONSE);
        assertHex("1a06" + "0801" + "10a08d06", WANTED);
        assertHex("2205" + "0a03000000", DATA);
    }

    private static void assertHex(String expected, AutonatMessage message) {
        assertEquals(expected, HexFormat.of().formatHex(message.encode()));
        assertEquals(message, AutonatMessage.decode(message.encode()));
    }

    @Test
    void decode_addressesBeyondTheBound_passedOver() {
        AutonatMessage many = new AutonatMessage.DialRequest(
                Collections.nCopies(AutonatMessage.MAX_ADDRESSES + 1, Optional.of(ADDRESS)), 1);
        assertEquals(
                new AutonatMessage.DialRequest(
                        Collections.nCopies(AutonatMessage.MAX_ADDRESSES, Optional.of(ADDRESS)), 1),
                AutonatMessage.decode(many.encode()));
    }

    @Test
    void decode_data_upToTheBound() {
        AutonatMessage most = new AutonatMessage.DialDataResponse(AutonatMessage.MAX_CHUNK_BYTES);
        assertEquals(most, AutonatMessage.decode(most.encode()));
        assertRefused(new AutonatMessage.DialDataResponse(AutonatMessage.MAX_CHUNK_BYTES + 1).encode());
    }

    @Test
    void decode_dataAskedFor_upToTheBound() {
        assertRefused(new AutonatMessage.DialDataRequest(0, AutonatMessage.MAX_DATA_BYTES + 1).encode());
        assertRefused(new AutonatMessage.DialDataRequest(0, -1).encode());
        assertRefused(new AutonatMessage.DialDataRequest(-1, 1).encode());
    }

    @Test
    void decode_requestLongerThanMayBe_refused() {
        ProtobufWriter inner = new ProtobufWriter();
        inner.bytes(1, new byte[AutonatMessage.MAX_REQUEST_BYTES]);
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(1, inner.toBytes());
        assertRefused(out.toBytes());
    }

    @Test
    void decode_noneOfTheFourOrUnknownStatus_refused() {
        assertRefused(new byte[0]);
        assertRefused(HexFormat.of().parseHex("2a00"));
        assertRefused(HexFormat.of().parseHex("12020801"));
        assertRefused(HexFormat.of().parseHex("12021801"));
        assertRefused(new byte[AutonatMessage.MAX_BYTES + 1]);
    }

    private static void assertRefused(byte[] bytes) {
        assertThrows(InvalidBytesException.class, () -> AutonatMessage.decode(bytes));
    }

    @Test
    void decode_damaged_refused() {
        List<byte[]> samples = List.of(REQUEST.encode(), RESPONSE.encode(), WANTED.encode(), DATA.encode());
        Fuzz.run(91, samples, bytes -> {
            AutonatMessage message = AutonatMessage.decode(bytes);
            assertEquals(message, AutonatMessage.decode(message.encode()));
        });
    }

    @Test
    void readNonce_vectorAndNone() {
        assertArrayEquals(HexFormat.of().parseHex("09ffffffffffffffff"), DialBackMessage.nonce(-1));
        assertEquals(7, DialBackMessage.readNonce(DialBackMessage.nonce(7)));
        assertThrows(InvalidBytesException.class, () -> DialBackMessage.readNonce(new byte[0]));
        byte[] cutOff = HexFormat.of().parseHex("09ffffff");
        assertThrows(InvalidBytesException.class, () -> DialBackMessage.readNonce(cutOff));
    }

    @Test
    void readTaken_otherStatus_refused() {
        DialBackMessage.readTaken(DialBackMessage.taken());
        DialBackMessage.readTaken(new byte[0]);
        assertThrows(InvalidBytesException.class, () -> DialBackMessage.readTaken(new byte[] {8, 1}));
    }

    @Test
    void dialBack_damaged_refused() {
        Fuzz.run(92, List.of(DialBackMessage.nonce(0x0102030405060708L)), bytes -> {
            long nonce = DialBackMessage.readNonce(bytes);
            assertEquals(nonce, DialBackMessage.readNonce(DialBackMessage.nonce(nonce)));
        });
        Fuzz.run(93, List.of(DialBackMessage.taken()), DialBackMessage::readTaken);
    }
}
