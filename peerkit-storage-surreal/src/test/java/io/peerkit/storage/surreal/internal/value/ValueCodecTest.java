// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueCodecTest {
    private static final int ROOM = 1 << 20;

    @Test
    void write_everyKindOfValue_readBackTheSame() {
        UUID uuid = new UUID(0x8000_0000_0000_0000L, -1);
        for (Object value : List.<Object>of(
                true,
                false,
                Absent.NONE,
                Absent.NULL,
                0L,
                23L,
                24L,
                255L,
                256L,
                65_535L,
                65_536L,
                0xffff_ffffL,
                0x1_0000_0000L,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                -1L,
                -24L,
                -25L,
                1.5,
                Double.NEGATIVE_INFINITY,
                "",
                "ü€😀",
                "x".repeat(70_000),
                List.<Object>of(),
                List.<Object>of(1L, List.<Object>of("a"), Map.<String, Object>of("k", Absent.NONE)),
                Map.<String, Object>of("a", 1L, "b", List.<Object>of()),
                new BigDecimal("12345678901234567890.123456789"),
                Instant.ofEpochSecond(1_700_000_000, 999_999_999),
                Instant.ofEpochSecond(-1, 1),
                Duration.ofSeconds(5, 7),
                uuid,
                new RecordId("t", "key"),
                new RecordId("t", List.<Object>of("space", 7L)),
                new RecordId("t", uuid),
                new RecordId(
                        "t",
                        new Range(new Range.Included(List.<Object>of(1L)), new Range.Excluded(List.<Object>of(2L)))),
                new Range(Range.Open.OPEN, new Range.Included(3L)))) {
            assertThat(ValueReader.read(ValueWriter.encode(value, ROOM))).isEqualTo(value);
        }
    }

    @Test
    void write_bytes_readBackTheSame() {
        for (int length : new int[] {0, 1, 23, 24, 255, 256, 65_536, 200_000}) {
            byte[] bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            RecordId id = new RecordId("t", List.<Object>of("s", bytes));

            assertThat((byte[]) ValueReader.read(ValueWriter.encode(bytes, ROOM)))
                    .isEqualTo(bytes);
            assertThat(((RecordId) ValueReader.read(ValueWriter.encode(id, ROOM))).bytesAt(1))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void write_mostBytes_writtenButNotOneMore() {
        assertThat(ValueWriter.encode(new byte[97], 99)).hasSize(99);
        assertThatThrownBy(() -> ValueWriter.encode(new byte[98], 99))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("at most 99");
    }

    @Test
    void write_deepest_writtenAndReadButNotOneMore() {
        Object deepest = 1L;
        for (int i = 0; i < 32; i++) {
            deepest = List.<Object>of(deepest);
        }
        Object tooDeep = List.<Object>of(deepest);
        byte[] bytes = ValueWriter.encode(deepest, ROOM);
        byte[] deeper = new byte[bytes.length + 1];
        deeper[0] = (byte) 0x81;
        System.arraycopy(bytes, 0, deeper, 1, bytes.length);

        assertThat(ValueReader.read(bytes)).isEqualTo(deepest);
        assertThatThrownBy(() -> ValueWriter.encode(tooDeep, ROOM)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ValueReader.read(deeper))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("deeper than 32");
    }

    @Test
    void read_piecesOfIndefiniteLength_putTogether() {
        assertThat(ValueReader.read(hex("7f 61 61 62 6263 ff"))).isEqualTo("abc");
        assertThat((byte[]) ValueReader.read(hex("5f 41 01 42 0203 ff"))).containsExactly(1, 2, 3);
        assertThat(ValueReader.read(hex("9f 01 9f ff ff"))).isEqualTo(List.<Object>of(1L, List.<Object>of()));
        assertThat(ValueReader.read(hex("bf 61 61 01 ff"))).isEqualTo(Map.<String, Object>of("a", 1L));
    }

    @Test
    void read_formsThatSurrealAndOthersUse_understood() {
        assertThat(ValueReader.read(hex("f7"))).isEqualTo(Absent.NONE);
        assertThat(ValueReader.read(hex("f93e00"))).isEqualTo(1.5);
        assertThat(ValueReader.read(hex("f90001"))).isEqualTo(Math.scalb(1.0, -24));
        assertThat(ValueReader.read(hex("f9fc00"))).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(ValueReader.read(hex("fa47c35000"))).isEqualTo(100_000.0);
        assertThat(ValueReader.read(hex("ce 80"))).isEqualTo(Duration.ZERO);
        assertThat(ValueReader.read(hex("ce 81 05"))).isEqualTo(Duration.ofSeconds(5));
        assertThat(ValueReader.read(hex("c7 61 74"))).isEqualTo(new Tagged(7, "t"));
        assertThat(ValueReader.read(hex("d858 01"))).isEqualTo(new Tagged(88, 1L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "01 02", // more than one
                "1b8000000000000000", // beyond 64 bits with sign
                "3b8000000000000000",
                "58 05 01", // longer than what is left
                "9b7fffffffffffffff",
                "9bffffffffffffffff",
                "bb00000000ffffffff",
                "9f 01", // no end
                "7f 41 61 ff", // piece of another kind
                "7f 7f ff ff",
                "a1 01 02", // key that is no text
                "a2 61 61 01 61 61 02", // key twice
                "61 ff", // no UTF-8
                "1c", // length in a form that does not exist
                "f8 20",
                "ff",
                "c8 01", // record id that is no pair
                "c8 82 01 02",
                "ca 61 78", // decimal that is no number
                "cc 82 01 1a 3b9aca00", // a billion nanoseconds
                "cc 81 1b 7fffffffffffffff",
                "d825 41 00", // UUID of one byte
                "d831 82 01 02", // bounds that are none
                "d831 80"
            })
    void read_noValue_refused(String hex) {
        assertThatThrownBy(() -> ValueReader.read(hex(hex))).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void read_randomAndDamagedBytes_valueOrRefusalNothingElse() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("ValueCodecTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        byte[] good = ValueWriter.encode(
                Map.<String, Object>of(
                        "id",
                        7L,
                        "result",
                        List.<Object>of(Map.<String, Object>of(
                                "status",
                                "OK",
                                "result",
                                List.<Object>of(
                                        new RecordId("t", List.<Object>of("s", new byte[40])),
                                        Absent.NONE,
                                        new UUID(1, 2))))),
                ROOM);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(40)] : good.clone();
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                for (int change = random.nextInt(4); change >= 0; change--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            try {
                assertThat(ValueReader.read(bytes)).isNotNull();
            } catch (InvalidBytesException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %s", seed).isBetween(1_000, 99_999);
    }

    @Test
    void read_whatJacksonWrites_theSame() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String longText = "text in pieces ".repeat(2_000);
        try (CBORGenerator generator = new CBORFactory().createGenerator(out)) {
            generator.writeStartObject();
            generator.writeFieldName("id");
            generator.writeTag(Tags.RECORD_ID);
            generator.writeStartArray(null, 2);
            generator.writeString("t");
            generator.writeNumber(-5);
            generator.writeEndArray();
            generator.writeFieldName("none");
            generator.writeTag(Tags.NONE);
            generator.writeNull();
            generator.writeStringField("text", longText);
            generator.writeNumberField("single", 0.5f);
            generator.writeEndObject();
        }

        assertThat(ValueReader.read(out.toByteArray()))
                .isEqualTo(Map.<String, Object>of(
                        "id", new RecordId("t", -5L), "none", Absent.NONE, "text", longText, "single", 0.5));
    }

    @Test
    void write_readByJackson_theSame() throws IOException {
        byte[] bytes = ValueWriter.encode(
                List.<Object>of(Long.MIN_VALUE, "ü", new byte[] {1, 2}, Map.<String, Object>of("k", 2.5)), ROOM);

        try (var parser = new CBORFactory().createParser(bytes)) {
            parser.nextToken();
            parser.nextToken();
            assertThat(parser.getLongValue()).isEqualTo(Long.MIN_VALUE);
            assertThat(parser.nextTextValue()).isEqualTo("ü");
            parser.nextToken();
            assertThat(parser.getBinaryValue()).containsExactly(1, 2);
            parser.nextToken();
            assertThat(parser.nextFieldName()).isEqualTo("k");
            parser.nextToken();
            assertThat(parser.getDoubleValue()).isEqualTo(2.5);
        }
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }
}
