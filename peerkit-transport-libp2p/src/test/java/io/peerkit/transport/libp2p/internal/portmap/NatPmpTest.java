// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NatPmpTest {
    private static final LocalPort TCP = new LocalPort(PortKind.TCP, 4001);
    private static final LocalPort UDP = new LocalPort(PortKind.UDP, 4001);
    private static final String ADDRESS = "00" + "80" + "0000" + "00001234" + "2c800101";
    private static final String MAPPING = "00" + "82" + "0000" + "00001234" + "0fa1" + "1f90" + "000004b0";

    @Test
    void ask_eachOperation_asTheRfcDrawsIt() {
        assertArrayEquals(hex("0000"), NatPmp.askAddress());
        assertArrayEquals(hex("00" + "02" + "0000" + "0fa1" + "1f90" + "000004b0"), NatPmp.askMapping(TCP, 8080, 1200));
        assertArrayEquals(hex("00" + "01" + "0000" + "0fa1" + "0000" + "00000000"), NatPmp.askMapping(UDP, 0, 0));
    }

    @Test
    void address_answer_read() throws Exception {
        NatPmp.Address answer = NatPmp.address(hex(ADDRESS));
        assertEquals(InetAddress.getByName("44.128.1.1"), answer.address());
        assertEquals(0x1234, answer.seconds());
    }

    @Test
    void mapping_answer_read() throws Exception {
        assertEquals(new NatPmp.Mapping(0x1234, 4001, 8080, 1200), NatPmp.mapping(hex(MAPPING), TCP));
    }

    @Test
    void mapping_refusal_saysTheResult() {
        PortMapException refusal =
                assertThrows(PortMapException.class, () -> NatPmp.mapping(hex("00" + "82" + "0002" + "00001234"), TCP));
        assertEquals("router refuses with NAT-PMP result 2", refusal.getMessage());
    }

    @Test
    void mapping_forAnotherPortOrOperation_isNoAnswer() {
        assertThrows(
                InvalidBytesException.class, () -> NatPmp.mapping(hex(MAPPING), new LocalPort(PortKind.TCP, 4002)));
        assertThrows(InvalidBytesException.class, () -> NatPmp.mapping(hex(MAPPING), UDP));
        assertThrows(InvalidBytesException.class, () -> NatPmp.mapping(hex(ADDRESS), TCP));
    }

    @Test
    void mapping_lengthAtItsBounds_checked() throws Exception {
        byte[] most = Arrays.copyOf(hex(MAPPING), NatPmp.MAX_ANSWER_BYTES);
        assertEquals(8080, NatPmp.mapping(most, TCP).externalPort());
        byte[] more = Arrays.copyOf(most, NatPmp.MAX_ANSWER_BYTES + 1);
        assertThrows(InvalidBytesException.class, () -> NatPmp.mapping(more, TCP));
        assertThrows(InvalidBytesException.class, () -> NatPmp.mapping(Arrays.copyOf(most, 15), TCP));
    }

    @Test
    void answers_damaged_refused() {
        Fuzz.run(71, List.of(hex(ADDRESS)), bytes -> refusalsAside(() -> NatPmp.address(bytes)));
        Fuzz.run(72, List.of(hex(MAPPING)), bytes -> refusalsAside(() -> NatPmp.mapping(bytes, TCP)));
    }

    private interface Decoder {
        Object decode() throws PortMapException;
    }

    private static void refusalsAside(Decoder decoder) {
        try {
            var unused = decoder.decode();
        } catch (PortMapException refusal) {
            throw new InvalidBytesException("refusal", refusal);
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
