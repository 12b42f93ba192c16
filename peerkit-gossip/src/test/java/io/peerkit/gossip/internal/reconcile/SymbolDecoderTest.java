// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.RibltVectorsTest.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SymbolDecoderTest {
    private static final SipHash CHECKSUMS = new SipHash(3, 5);
    private static final int MOST = 2_048;
    private static final int FUZZ_CASES = 100_000;

    /** Means that the reference implementation needs, within 3 %, and somewhat more for few differences. */
    @ParameterizedTest
    @CsvSource({"1, 1.0, 20, 0", "10, 1.72, 400, 0.08", "100, 1.46, 200, 0.04", "1000, 1.38, 20, 0.03"})
    void take_symbolBySymbol_asManyAsPublished(int differences, double each, int trials, double tolerance) {
        long taken = 0;
        for (int trial = 0; trial < trials; trial++) {
            SplittableRandom random = new SplittableRandom(31L * differences + trial);
            Set<Long> own = new HashSet<>();
            Set<Long> peer = new HashSet<>();
            for (int i = 0; i < differences; i++) {
                (i % 2 == 0 ? own : peer).add(random.nextLong());
            }
            SymbolDecoder decoder = decoder(own, -1L);
            CodedSymbols symbols = symbols(peer);
            int at = 0;
            while (decoder.take(part(symbols, at, at + 1)) == SymbolDecoder.State.OPEN) {
                at++;
            }
            taken += at + 1;
            assertDifferences(decoder, own, peer);
        }
        assertThat((double) taken / trials / differences).isCloseTo(each, within(each * tolerance));
    }

    @Test
    void take_anySetsInAnyParts_exactDifferences() {
        SplittableRandom random = new SplittableRandom(77);
        for (int trial = 0; trial < 400; trial++) {
            Set<Long> own = new HashSet<>();
            Set<Long> peer = new HashSet<>();
            int common = random.nextInt(300);
            for (int i = 0; i < common; i++) {
                long item = random.nextLong();
                own.add(item);
                peer.add(item);
            }
            random.longs(random.nextInt(200)).forEach(own::add);
            random.longs(random.nextInt(200)).forEach(peer::add);
            SymbolDecoder decoder = decoder(own, ShortSymbols.CHECK_MASK);
            CodedSymbols symbols = symbols(peer);
            SymbolDecoder.State state = SymbolDecoder.State.OPEN;
            while (state == SymbolDecoder.State.OPEN) {
                int from = decoder.received();
                state = decoder.take(part(symbols, from, from + 1 + random.nextInt(Math.min(90, MOST - from))));
            }
            assertThat(state).isEqualTo(SymbolDecoder.State.DECODED);
            assertDifferences(decoder, own, peer);
        }
    }

    @Test
    void take_itemThatThisSideShouldHaveButHasNot_fails() {
        Set<Long> nothing = Set.of();
        CodedSymbols crafted = new CodedSymbols(MOST, 1);
        crafted.apply(new long[] {42}, checksum(42), -1);

        assertThat(decoder(nothing, -1L).take(part(crafted, 0, 16))).isEqualTo(SymbolDecoder.State.FAILED);
    }

    @Test
    void take_sameItemAgainAndAgain_fails() {
        CodedSymbols crafted = new CodedSymbols(MOST, 1);
        for (int i = 0; i < 16; i++) {
            crafted.apply(i, new long[] {42}, checksum(42), 1);
        }
        SymbolDecoder decoder = decoder(Set.of(), -1L);

        assertThat(decoder.take(part(crafted, 0, 16))).isEqualTo(SymbolDecoder.State.FAILED);
        assertThat(decoder.differences()).hasSize(1);
        assertThat(decoder.take(part(crafted, 16, 32))).isEqualTo(SymbolDecoder.State.FAILED);
    }

    @Test
    void take_moreThanThereAre_refused() {
        SymbolDecoder decoder = decoder(Set.of(1L), -1L);
        CodedSymbols symbols = symbols(Set.of(2L));
        decoder.take(symbols);
        assertThat(decoder.missing()).isZero();
        assertThatThrownBy(() -> decoder.take(part(symbols, 0, 1))).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void take_madeUpSymbols_endsWithinBounds() {
        SplittableRandom random = new SplittableRandom(4711);
        Set<Long> own = new HashSet<>();
        random.longs(40).forEach(own::add);
        CodedSymbols honest = part(symbols(own), 0, 64);
        for (int i = 0; i < FUZZ_CASES; i++) {
            SymbolDecoder decoder = decoder(own, honest, ShortSymbols.CHECK_MASK);
            CodedSymbols crafted = part(honest, 0, 1 + random.nextInt(48));
            for (int k = random.nextInt(12); k >= 0; k--) {
                craft(crafted, random);
            }
            decoder.take(crafted);
            assertThat(decoder.differences().size()).isLessThanOrEqualTo(crafted.size());
            assertThat(decoder.steps())
                    .isLessThanOrEqualTo(
                            (long) (SymbolDecoder.STEPS_PER_SYMBOL + 1) * crafted.size() + SymbolDecoder.SPARE_STEPS);
        }
    }

    private static void craft(CodedSymbols symbols, SplittableRandom random) {
        int at = random.nextInt(symbols.size());
        long item = random.nextInt(4);
        switch (random.nextInt(4)) {
            case 0 -> symbols.apply(at, new long[] {item}, checksum(item), random.nextBoolean() ? 1 : -1);
            case 1 -> symbols.apply(new long[] {item}, checksum(item), random.nextBoolean() ? 1 : -1);
            case 2 -> symbols.sums[at] = random.nextLong();
            default -> symbols.counts[at] = random.nextInt(4);
        }
    }

    private static void assertDifferences(SymbolDecoder decoder, Set<Long> own, Set<Long> peer) {
        Set<Long> onlyOwn = new HashSet<>(own);
        onlyOwn.removeAll(peer);
        Set<Long> onlyPeer = new HashSet<>(peer);
        onlyPeer.removeAll(own);
        for (SymbolDecoder.Difference difference : decoder.differences()) {
            assertThat((difference.onlyPeer ? onlyPeer : onlyOwn).remove(difference.item[0]))
                    .isTrue();
        }
        assertThat(onlyOwn).isEmpty();
        assertThat(onlyPeer).isEmpty();
    }

    private static SymbolDecoder decoder(Set<Long> own, long mask) {
        return decoder(own, symbols(own), mask);
    }

    private static SymbolDecoder decoder(Set<Long> own, CodedSymbols symbols, long mask) {
        return new SymbolDecoder(
                symbols,
                new SymbolDecoder.Items() {
                    @Override
                    public long checksum(long[] words, int offset) {
                        return SymbolDecoderTest.checksum(words[offset]);
                    }

                    @Override
                    public boolean has(long[] words, int offset) {
                        return own.contains(words[offset]);
                    }
                },
                mask);
    }

    private static CodedSymbols symbols(Set<Long> items) {
        CodedSymbols symbols = new CodedSymbols(MOST, 1);
        items.forEach(item -> symbols.apply(new long[] {item}, checksum(item), 1));
        return symbols;
    }

    private static long checksum(long item) {
        return CHECKSUMS.hash(item);
    }
}
