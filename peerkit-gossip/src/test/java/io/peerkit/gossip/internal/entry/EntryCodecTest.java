// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final EntryHeader PLAIN =
            EntrySamples.header(AgentId.of(new byte[32]), "blob".getBytes(java.nio.charset.StandardCharsets.UTF_8), 7);

    @Test
    void header_plain_bytesAsDocumented() {
        String network = EntrySamples.NETWORK.toString();
        assertThat(HexFormat.of().formatHex(EntryCodec.encodeHeader(PLAIN)))
                .isEqualTo(
                        "a7" // map of 7
                                + "6161" + "5820" + "00".repeat(32) // a: author
                                + "6162" + "5820"
                                + HexFormat.of().formatHex(PLAIN.blobHash().toBytes()) // b: blob hash
                                + "6165" + "01" // e: epoch 1
                                + "616b" + "00" // k: kind 0
                                + "616e" + "5820" + network // n: network
                                + "6173" + "04" // s: blob size 4
                                + "6174" + "07"); // t: time 7
    }

    @Test
    void header_roundTrip_equal() {
        for (EntryHeader header : List.of(PLAIN, EntrySamples.full(0, 1), EntrySamples.full(64, 128))) {
            byte[] encoded = EntryCodec.encodeHeader(header);
            assertThat(encoded.length).isLessThanOrEqualTo(EntryCodec.MAX_HEADER_BYTES);
            assertThat(EntryCodec.decodeHeader(encoded)).isEqualTo(new DecodedHeader(header, true));
        }
    }

    @Test
    void header_linkTooMany_refused() {
        assertThat(decodeWith("l", new byte[64 * 32]).header().links()).hasSize(64);
        assertThatThrownBy(() -> decodeWith("l", new byte[65 * 32])).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> decodeWith("l", new byte[33])).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> decodeWith("l", new byte[0])).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void header_unknownKey_readWithoutIt() {
        assertThat(decodeWith("z", new byte[1])).isEqualTo(new DecodedHeader(PLAIN, false));
        assertThat(decodeWith("z", new byte[1]).isUnderstood()).isFalse();
        assertThat(decodeWith("l", new byte[32]).isUnderstood()).isTrue();
    }

    @Test
    void isUnderstood_kind_thoseOfThisVersion() {
        assertThat(new DecodedHeader(PLAIN, true).isUnderstood()).isTrue();
        assertThat(new DecodedHeader(EntrySamples.full(0, 1), true).isUnderstood())
                .isFalse();
    }

    private static DecodedHeader decodeWith(String key, byte[] value) {
        CborMap plain = Cbor.decodeMap("plain", EntryCodec.encodeHeader(PLAIN), io.peerkit.cbor.CborLimits.of(4_096));
        CborMapBuilder more = CborMap.builder();
        plain.keys().forEach(each -> more.put(each, plain.require(each)));
        return EntryCodec.decodeHeader(Cbor.encode(more.put(key, value).build()));
    }

    @Test
    void header_blobSize_atMostTheLargestBlob() {
        assertThat(EntryCodec.decodeHeader(withSize(1_048_576)).header().blobSize())
                .isEqualTo(1_048_576);
        assertThatThrownBy(() -> EntryCodec.decodeHeader(withSize(1_048_577)))
                .isInstanceOf(InvalidBytesException.class);
    }

    private static byte[] withSize(int size) {
        return EntryCodec.encodeHeader(new EntryHeader(
                PLAIN.network(),
                PLAIN.author(),
                PLAIN.time(),
                PLAIN.epoch(),
                PLAIN.topic(),
                PLAIN.kind(),
                PLAIN.blobHash(),
                size,
                PLAIN.links()));
    }

    @Test
    void envelope_roundTrip_equal() {
        EntryEnvelope envelope = new EntryEnvelope(new byte[3_584], new byte[64], 1_023, 1_024, new byte[320]);
        EntryEnvelope read = EntryCodec.decodeEnvelope(EntryCodec.encodeEnvelope(envelope));
        assertThat(read).usingRecursiveComparison().isEqualTo(envelope);
    }

    @Test
    void envelope_indexSizeAndPath_bounded() {
        assertRefused(new EntryEnvelope(new byte[3_585], new byte[64], 0, 1, new byte[0]));
        assertRefused(new EntryEnvelope(new byte[1], new byte[63], 0, 1, new byte[0]));
        assertRefused(new EntryEnvelope(new byte[1], new byte[64], 1, 1, new byte[0]));
        assertRefused(new EntryEnvelope(new byte[1], new byte[64], 0, 1_025, new byte[0]));
        assertRefused(new EntryEnvelope(new byte[1], new byte[64], 0, 1_024, new byte[321]));
    }

    private static void assertRefused(EntryEnvelope envelope) {
        byte[] encoded = EntryCodec.encodeEnvelope(envelope);
        assertThatThrownBy(() -> EntryCodec.decodeEnvelope(encoded)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decodeHeader_mutations_takenOrRefused() {
        Mutations.feed(
                11,
                List.of(
                        EntryCodec.encodeHeader(PLAIN),
                        EntryCodec.encodeHeader(EntrySamples.full(2, 3)),
                        LaterVersion.headerWithField(PLAIN)),
                bytes -> {
                    DecodedHeader read = EntryCodec.decodeHeader(bytes);
                    byte[] again = EntryCodec.encodeHeader(read.header());
                    assertThat(Arrays.equals(again, bytes)).isEqualTo(read.whole());
                });
    }

    @Test
    void decodeEnvelope_mutations_takenOrRefused() {
        byte[] valid = EntryCodec.encodeEnvelope(
                new EntryEnvelope(EntryCodec.encodeHeader(PLAIN), new byte[64], 3, 9, new byte[96]));
        Mutations.feed(
                12,
                List.of(valid),
                bytes -> assertThat(EntryCodec.encodeEnvelope(EntryCodec.decodeEnvelope(bytes)))
                        .isEqualTo(bytes));
    }
}
