// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcpTest {
    private static final LocalPort TCP = new LocalPort(PortKind.TCP, 4001);
    private static final String NONCE_TEXT = "000102030405060708090a0b";
    private static final byte[] NONCE = hex(NONCE_TEXT);
    private static final String ANSWER = "02" + "81" + "00" + "00" + "000004b0" + "00001234"
            + "000000000000000000000000" // reserved
            + NONCE_TEXT + "06" + "000000" + "0fa1" + "1f90"
            + "00000000000000000000ffff2c800101";

    @Test
    void ask_mapping_asTheRfcDrawsIt() throws Exception {
        String asked = "02" + "01" + "0000" + "000004b0"
                + "00000000000000000000ffff0a470002" // client
                + NONCE_TEXT + "06" + "000000" + "0fa1" + "0fa2"
                + "00000000000000000000ffff00000000";
        assertArrayEquals(hex(asked), Pcp.askMapping(InetAddress.getByName("10.71.0.2"), NONCE, TCP, 4002, 1200));
    }

    @Test
    void ask_fromIp6_asksForAnyIp6Address() throws Exception {
        byte[] asked = Pcp.askMapping(InetAddress.getByName("fd00::2"), NONCE, TCP, 4002, 1200);
        assertArrayEquals(InetAddress.getByName("fd00::2").getAddress(), Arrays.copyOfRange(asked, 8, 24));
        assertArrayEquals(new byte[16], Arrays.copyOfRange(asked, 44, 60));
    }

    @Test
    void mapping_answer_read() throws Exception {
        assertEquals(
                new Pcp.Mapping(0x1234, InetAddress.getByName("44.128.1.1"), 8080, 1200),
                Pcp.mapping(hex(ANSWER), NONCE, TCP));
    }

    @Test
    void mapping_withOptionsBehind_readAsWithout() throws Exception {
        assertEquals(
                8080,
                Pcp.mapping(Arrays.copyOf(hex(ANSWER), Pcp.MAX_BYTES), NONCE, TCP)
                        .externalPort());
        byte[] more = Arrays.copyOf(hex(ANSWER), Pcp.MAX_BYTES + 4);
        assertThrows(InvalidBytesException.class, () -> Pcp.mapping(more, NONCE, TCP));
    }

    @Test
    void mapping_underAnotherNonceOrPort_isNoAnswer() {
        assertThrows(InvalidBytesException.class, () -> Pcp.mapping(hex(ANSWER), new byte[12], TCP));
        LocalPort udp = new LocalPort(PortKind.UDP, 4001);
        assertThrows(InvalidBytesException.class, () -> Pcp.mapping(hex(ANSWER), NONCE, udp));
        LocalPort other = new LocalPort(PortKind.TCP, 4002);
        assertThrows(InvalidBytesException.class, () -> Pcp.mapping(hex(ANSWER), NONCE, other));
    }

    @Test
    void mapping_refusal_saysTheResult() {
        byte[] refusal = Arrays.copyOf(hex("02" + "81" + "00" + "02"), 60);
        PortMapException thrown = assertThrows(PortMapException.class, () -> Pcp.mapping(refusal, NONCE, TCP));
        assertEquals("router refuses with PCP result 2", thrown.getMessage());
    }

    @Test
    void isOtherVersion_answerOfARouterWithNatPmpAlone_seen() {
        assertTrue(Pcp.isOtherVersion(hex("00" + "81" + "0001" + "00001234")));
        assertTrue(Pcp.isOtherVersion(Arrays.copyOf(hex("02" + "81" + "00" + "01"), 24)));
        assertFalse(Pcp.isOtherVersion(hex(ANSWER)));
        assertFalse(Pcp.isOtherVersion(new byte[3]));
    }

    @Test
    void answers_damaged_refused() {
        Fuzz.run(73, List.of(hex(ANSWER)), bytes -> {
            var unused = Pcp.isOtherVersion(bytes);
            try {
                var unusedToo = Pcp.mapping(bytes, NONCE, TCP);
            } catch (PortMapException refusal) {
                throw new InvalidBytesException("refusal", refusal);
            }
        });
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
