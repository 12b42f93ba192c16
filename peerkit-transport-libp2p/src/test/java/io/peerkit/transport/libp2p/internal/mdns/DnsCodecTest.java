// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsCodecTest {
    private static final DnsName SERVICE = DnsName.of(ServiceName.PUBLIC);
    private static final DnsName INSTANCE = SERVICE.child("abc");

    private static final DnsMessage ANSWER = new DnsMessage(
            true,
            List.of(),
            List.of(new DnsRecord.Ptr(SERVICE, 120, INSTANCE)),
            List.of(new DnsRecord.Txt(INSTANCE, 120, List.of("dnsaddr=/ip4/10.0.0.1/tcp/1", "x"))));

    /** A query as multicast-dns for Node.js writes it. */
    private static final byte[] QUERY = HexFormat.of()
            .parseHex(
                    "0000" // id
                            + "0000" // flags: a query
                            + "0001000000000000" // one question
                            + "04" + hex("_p2p") + "04" + hex("_udp") + "05" + hex("local") + "00"
                            + "000c" // PTR
                            + "0001"); // IN

    private static String hex(String ascii) {
        StringBuilder hex = new StringBuilder();
        ascii.chars().forEach(c -> hex.append(HexFormat.of().toHexDigits((byte) c)));
        return hex.toString();
    }

    private static byte[] header(int questions, int answers, String restHex) {
        byte[] rest = HexFormat.of().parseHex(restHex);
        return ByteBuffer.allocate(DnsCodec.HEADER_BYTES + rest.length)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) questions)
                .putShort((short) answers)
                .putInt(0)
                .put(rest)
                .array();
    }

    @Test
    void encode_query_bytesOfTheSpecification() {
        assertThat(DnsCodec.encode(DnsMessage.query(SERVICE))).isEqualTo(QUERY);
        assertThat(DnsReader.decode(QUERY)).isEqualTo(DnsMessage.query(SERVICE));
    }

    @Test
    void decode_whatWasEncoded_same() {
        assertThat(DnsReader.decode(DnsCodec.encode(ANSWER))).isEqualTo(ANSWER);
    }

    @Test
    void decode_otherCaseAndWishForUnicast_sameName() {
        byte[] query = header(1, 0, "02" + hex("AB") + "00" + "000c" + "8001");
        assertThat(DnsReader.decode(query).questions()).containsExactly(new DnsName(List.of("ab")));
    }

    @Test
    void decode_compressedName_followed() {
        // At 12: "a.b", at 16 its "b", then at 21 "c" and on at 14.
        byte[] query = header(2, 0, "0161" + "0162" + "00" + "000c0001" + "0163" + "c00e" + "000c0001");
        assertThat(DnsReader.decode(query).questions())
                .containsExactly(new DnsName(List.of("a", "b")), new DnsName(List.of("c", "b")));
    }

    @Test
    void decode_pointerToItself_refused() {
        assertThatThrownBy(() -> DnsReader.decode(header(1, 0, "c00c" + "000c0001")))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must go back");
    }

    @Test
    void decode_pointerForward_refused() {
        assertThatThrownBy(() -> DnsReader.decode(header(1, 0, "c00e" + "00" + "000c0001")))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_chainOfPointers_boundedAtThirtyTwo() {
        assertThat(DnsReader.decode(chain(32)).answers()).hasSize(1);
        assertThatThrownBy(() -> DnsReader.decode(chain(33)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 32 times");
    }

    /** Two records: one whose data is a chain of pointers, and one whose name points to the last of them. */
    private static byte[] chain(int pointers) {
        int data = DnsCodec.HEADER_BYTES + 11;
        StringBuilder hex = new StringBuilder("00" + "00010001" + "00000078");
        hex.append(String.format("%04x", 1 + 2 * (pointers - 1))).append("00");
        for (int i = 0; i < pointers; i++) {
            int target = i == 0 ? data : data + 1 + 2 * (i - 1);
            hex.append(String.format("%04x", 0xc000 | target));
        }
        return header(0, 2, hex + "00100001" + "00000078" + "0000");
    }

    @Test
    void decode_entries_boundedTogether() {
        String question = "00" + "000c0001";
        assertThat(DnsReader.decode(header(256, 0, question.repeat(256))).questions())
                .hasSize(256);
        assertThatThrownBy(() -> DnsReader.decode(header(257, 0, question.repeat(257))))
                .hasMessageContaining("at most 256");
    }

    @Test
    void decode_sizes_bounded() {
        assertThatThrownBy(() -> DnsReader.decode(new byte[11])).isInstanceOf(InvalidBytesException.class);
        assertThat(DnsReader.decode(new byte[9_000]).questions()).isEmpty();
        assertThatThrownBy(() -> DnsReader.decode(new byte[9_001])).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_labelAndNameLengths_bounded() {
        String longest = "3f" + "61".repeat(63);
        assertThat(DnsReader.decode(header(1, 0, longest + "00" + "000c0001")).questions())
                .hasSize(1);
        assertThatThrownBy(() -> DnsReader.decode(header(1, 0, "40" + "61".repeat(64) + "00" + "000c0001")))
                .isInstanceOf(InvalidBytesException.class);
        // 3 x 64 + 62 + 1 = 255
        String most = longest.repeat(3) + "3d" + "61".repeat(61);
        assertThat(DnsReader.decode(header(1, 0, most + "00" + "000c0001")).questions())
                .hasSize(1);
        String more = longest.repeat(3) + "3e" + "61".repeat(62);
        assertThatThrownBy(() -> DnsReader.decode(header(1, 0, more + "00" + "000c0001")))
                .hasMessageContaining("255");
    }

    @Test
    void decode_txtStringLongerThanRecord_refused() {
        assertThatThrownBy(() -> DnsReader.decode(header(0, 1, "00" + "00100001" + "00000078" + "0002" + "0261")))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_recordOfAnotherKind_readPast() {
        byte[] message = header(0, 1, "00" + "00010001" + "00000078" + "0004" + "0a000001");
        assertThat(DnsReader.decode(message).answers()).isEmpty();
    }

    @Test
    void decode_updateOrFailure_refused() {
        byte[] update = QUERY.clone();
        update[2] = 0x28;
        assertThatThrownBy(() -> DnsReader.decode(update)).isInstanceOf(InvalidBytesException.class);
        byte[] failure = QUERY.clone();
        failure[3] = 3;
        assertThatThrownBy(() -> DnsReader.decode(failure)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_anything_decodedOrRefused() {
        byte[] compressed = header(2, 0, "0161" + "0162" + "00" + "000c0001" + "0163" + "c00e" + "000c0001");
        Fuzz.run(20260101, List.of(QUERY, compressed, DnsCodec.encode(ANSWER)), bytes -> {
            DnsMessage message = DnsReader.decode(bytes);
            assertThat(DnsReader.decode(DnsCodec.encode(message))).isEqualTo(message);
        });
    }
}
