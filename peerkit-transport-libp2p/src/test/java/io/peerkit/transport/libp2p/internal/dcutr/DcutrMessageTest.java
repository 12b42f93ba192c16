// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

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
import org.junit.jupiter.api.Test;

class DcutrMessageTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/44.128.1.1/tcp/5001");
    private static final byte[] CONNECT = HexFormat.of().parseHex("0864" + "1208" + "042c800101" + "061389");

    @Test
    void encode_bothTypes_asTheSpecificationHasThem() {
        assertArrayEquals(CONNECT, DcutrMessage.connect(List.of(ADDRESS)).encode());
        assertArrayEquals(HexFormat.of().parseHex("08ac02"), DcutrMessage.SYNC.encode());
    }

    @Test
    void decode_whatWasEncoded_same() {
        assertEquals(DcutrMessage.connect(List.of(ADDRESS)), DcutrMessage.decode(CONNECT));
        assertEquals(DcutrMessage.SYNC, DcutrMessage.decode(DcutrMessage.SYNC.encode()));
    }

    @Test
    void decode_addressOfUnknownKind_passedOver() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(1, 100);
        out.bytes(2, new byte[] {(byte) 0xff, 0x7f});
        out.bytes(2, ADDRESS.toBytes());
        assertEquals(DcutrMessage.connect(List.of(ADDRESS)), DcutrMessage.decode(out.toBytes()));
    }

    @Test
    void decode_addressesBeyondTheBound_passedOver() {
        DcutrMessage many = DcutrMessage.connect(Collections.nCopies(DcutrMessage.MAX_ADDRESSES + 1, ADDRESS));
        assertEquals(
                DcutrMessage.MAX_ADDRESSES,
                DcutrMessage.decode(many.encode()).addresses().size());
    }

    @Test
    void decode_otherTypeOrNone_refused() {
        assertThrows(InvalidBytesException.class, () -> DcutrMessage.decode(new byte[] {8, 101}));
        assertThrows(InvalidBytesException.class, () -> DcutrMessage.decode(new byte[0]));
        assertThrows(InvalidBytesException.class, () -> DcutrMessage.decode(new byte[DcutrMessage.MAX_BYTES + 1]));
    }

    @Test
    void decode_damaged_refused() {
        Fuzz.run(81, List.of(CONNECT, DcutrMessage.SYNC.encode()), bytes -> {
            DcutrMessage message = DcutrMessage.decode(bytes);
            assertEquals(message, DcutrMessage.decode(message.encode()));
        });
    }
}
