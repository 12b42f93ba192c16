// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The published form of rateless IBLTs, items of 32 bytes; see ORIGIN.txt beside the vectors. */
class RibltVectorsTest {
    private static final SipHash HASH = new SipHash(567, 890);
    private static final int WORDS = 4;

    @Test
    void mapping_ofItemZero_sameIndices() throws IOException {
        String recorded = group("\"mapping0\":\\s*\\[([^\\]]*)\\]");
        List<Long> indices =
                Arrays.stream(recorded.split(",\\s*")).map(Long::parseLong).toList();
        long checksum = checksum(words(0), 0);
        assertThat(String.format("%016x", checksum)).isEqualTo(group("\"hash0\":\\s*\"([0-9a-f]*)\""));

        SymbolMapping mapping = new SymbolMapping(checksum);
        List<Long> own = new ArrayList<>(List.of(mapping.index()));
        while (own.size() < indices.size()) {
            own.add(mapping.next());
        }
        assertThat(own).isEqualTo(indices);
    }

    @Test
    void symbols_ofThreeSets_same() throws IOException {
        List<MatchResult> sets = Pattern.compile(
                        "\"n\":\\s*(\\d+),\\s*\"symbols\":\\s*\\[((?:\\[[^\\]]*\\],?\\s*)*)\\]")
                .matcher(json())
                .results()
                .toList();
        assertThat(sets).hasSize(3);
        for (MatchResult set : sets) {
            List<MatchResult> recorded = Pattern.compile("\\[(\\d+),\\s*\"([0-9a-f]*)\",\\s*\"([0-9a-f]*)\"\\]")
                    .matcher(set.group(2))
                    .results()
                    .toList();
            CodedSymbols symbols = symbols(0, Integer.parseInt(set.group(1)), recorded.size());
            assertThat(recorded).hasSize(24);
            for (int i = 0; i < recorded.size(); i++) {
                assertThat(symbols.counts[i])
                        .isEqualTo(Integer.parseInt(recorded.get(i).group(1)));
                assertThat(String.format("%016x", symbols.checks[i]))
                        .isEqualTo(recorded.get(i).group(2));
                assertThat(Entries.hex(bytes(symbols.sums, i * WORDS)))
                        .isEqualTo(recorded.get(i).group(3));
            }
        }
    }

    @Test
    void decoder_threePairsOfSets_needsTheSameNumberOfSymbols() throws IOException {
        List<MatchResult> pairs = Pattern.compile(
                        "\"encoder\":\\s*\\[(\\d+),\\s*(\\d+)\\],\\s*\"decoder\":\\s*\\[(\\d+),\\s*"
                                + "(\\d+)\\],\\s*\"symbolsNeeded\":\\s*(\\d+),\\s*\"remote\":\\s*(\\d+),\\s*\"local\":\\s*(\\d+)")
                .matcher(json())
                .results()
                .toList();
        assertThat(pairs).hasSize(3);
        for (MatchResult pair : pairs) {
            CodedSymbols peer = symbols(number(pair, 1), number(pair, 2), 256);
            SymbolDecoder decoder = new SymbolDecoder(
                    symbols(number(pair, 3), number(pair, 4), 256), items(number(pair, 3), number(pair, 4)), -1L);
            int taken = 0;
            SymbolDecoder.State state = SymbolDecoder.State.OPEN;
            while (state == SymbolDecoder.State.OPEN) {
                state = decoder.take(part(peer, taken, taken + 1));
                taken++;
            }
            assertThat(state).isEqualTo(SymbolDecoder.State.DECODED);
            assertThat(taken).isEqualTo(number(pair, 5));
            assertThat(decoder.differences().stream().filter(d -> d.onlyPeer)).hasSize(number(pair, 6));
            assertThat(decoder.differences().stream().filter(d -> !d.onlyPeer)).hasSize(number(pair, 7));
        }
    }

    private static SymbolDecoder.Items items(int from, int to) {
        List<String> held = new ArrayList<>();
        for (int i = from; i < to; i++) {
            held.add(Arrays.toString(words(i)));
        }
        return new SymbolDecoder.Items() {
            @Override
            public long checksum(long[] words, int offset) {
                return RibltVectorsTest.checksum(words, offset);
            }

            @Override
            public boolean has(long[] words, int offset) {
                return held.contains(Arrays.toString(Arrays.copyOfRange(words, offset, offset + WORDS)));
            }
        };
    }

    static CodedSymbols part(CodedSymbols symbols, int from, int to) {
        CodedSymbols part = new CodedSymbols(to - from, symbols.words);
        System.arraycopy(symbols.sums, from * symbols.words, part.sums, 0, part.sums.length);
        System.arraycopy(symbols.checks, from, part.checks, 0, part.size());
        System.arraycopy(symbols.counts, from, part.counts, 0, part.size());
        return part;
    }

    private static CodedSymbols symbols(int from, int to, int size) {
        CodedSymbols symbols = new CodedSymbols(size, WORDS);
        for (int i = from; i < to; i++) {
            long[] item = words(i);
            symbols.apply(item, checksum(item, 0), 1);
        }
        return symbols;
    }

    private static long[] words(int number) {
        long[] words = new long[WORDS];
        ByteBuffer.wrap(Entries.hashOf(number))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(words);
        return words;
    }

    private static byte[] bytes(long[] words, int offset) {
        ByteBuffer buffer = ByteBuffer.allocate(WORDS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(words, offset, WORDS);
        return buffer.array();
    }

    private static long checksum(long[] words, int offset) {
        byte[] item = bytes(words, offset);
        return HASH.hash(item, 0, item.length);
    }

    private static int number(MatchResult match, int group) {
        return Integer.parseInt(match.group(group));
    }

    private static String group(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(json())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static String json() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(RibltVectorsTest.class.getResourceAsStream("riblt.json"), "riblt.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
