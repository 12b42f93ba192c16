// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArchiveReaderTest {
    private static final NetworkId NETWORK = NetworkId.named("test");
    private static final int SECTION_BYTES = ArchiveFormat.MIN_SECTION_BYTES;

    private static byte[] archive(int sectionBytes, List<ArchiveFrame> items) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ArchiveWriter writer =
                ArchiveWriter.begin(Channels.newChannel(file), sectionBytes, new ArchiveFrame.Start(NETWORK));
        for (ArchiveFrame item : items) {
            writer.add(item, 0);
        }
        writer.end(0);
        assertThat(writer.written().bytes()).isEqualTo(file.size());
        return file.toByteArray();
    }

    private static List<ArchiveFrame> items(int count) {
        List<ArchiveFrame> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[200];
            Arrays.fill(bytes, (byte) i);
            items.add(
                    switch (i % 3) {
                        case 0 -> new ArchiveFrame.Entry(bytes, Optional.of(new byte[] {(byte) i}));
                        case 1 -> new ArchiveFrame.Entry(bytes, Optional.empty());
                        default -> new ArchiveFrame.Chunk(bytes);
                    });
        }
        return items;
    }

    private static ArchiveReader reader(byte[] file) throws IOException {
        return new ArchiveReader(Channels.newChannel(new ByteArrayInputStream(file)));
    }

    private static List<ArchiveReader.Section> sections(ArchiveReader reader) throws IOException {
        List<ArchiveReader.Section> sections = new ArrayList<>();
        for (Optional<ArchiveReader.Section> next = reader.next(); next.isPresent(); next = reader.next()) {
            sections.add(next.get());
        }
        return sections;
    }

    /** The beginning of an archive, and frames behind it whose hashes, where they have one, are given. */
    private static byte[] forged(ArchiveFrame... frames) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ArchiveFormat.magic());
        file.writeBytes(Frames.write(ArchiveFrameCodec.encode(new ArchiveFrame.Start(NETWORK))));
        for (ArchiveFrame frame : frames) {
            byte[] hash = ArchiveFormat.sha256().digest(file.toByteArray());
            ArchiveFrame right = frame;
            if (frame instanceof ArchiveFrame.SectionEnd) {
                right = new ArchiveFrame.SectionEnd(hash, 0);
            } else if (frame instanceof ArchiveFrame.End end) {
                right = new ArchiveFrame.End(hash, end.entries(), end.withoutBlob(), end.chunks());
            }
            file.writeBytes(Frames.write(ArchiveFrameCodec.encode(right)));
        }
        return file.toByteArray();
    }

    private static final ArchiveFrame.SectionEnd CLOSE = new ArchiveFrame.SectionEnd(new byte[32], 0);

    private static ArchiveFrame.End end(long entries, long withoutBlob, long chunks) {
        return new ArchiveFrame.End(new byte[32], entries, withoutBlob, chunks);
    }

    private static void assertRefused(byte[] file, String message) {
        assertThatThrownBy(() -> sections(reader(file)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(message);
    }

    @Test
    void next_whatWasWritten_isReadInOrderWithPlacesAndCounts() throws IOException {
        byte[] file = archive(SECTION_BYTES, items(20));

        ArchiveReader reader = reader(file);
        List<ArchiveReader.Section> sections = sections(reader);

        assertThat(reader.network()).isEqualTo(NETWORK);
        assertThat(reader.isComplete()).isTrue();
        assertThat(sections).hasSizeGreaterThan(3);
        assertThat(reader.total()).isEqualTo(new ArchiveSummary(14, 7, 6, file.length));
        List<ArchiveReader.Placed> read =
                sections.stream().flatMap(section -> section.items().stream()).toList();
        assertThat(read).hasSize(20);
        for (int i = 0; i < 20; i++) {
            ArchiveFrame frame = read.get(i).frame();
            byte[] payload = ArchiveFrameCodec.encode(frame);
            int at = (int) read.get(i).offset() + Frames.prefix(payload.length).length;
            assertThat(Arrays.copyOfRange(file, at, at + payload.length)).isEqualTo(payload);
            assertThat(payload).isEqualTo(ArchiveFrameCodec.encode(items(20).get(i)));
        }
    }

    @Test
    void next_nothingInIt_complete() throws IOException {
        ArchiveReader reader = reader(archive(SECTION_BYTES, List.of()));

        assertThat(reader.next()).isEmpty();
        assertThat(reader.isComplete()).isTrue();
    }

    @Test
    void next_largestEntry_isASectionOfItsOwn() throws IOException {
        ArchiveFrame largest = new ArchiveFrame.Entry(
                new byte[StoredEntry.MAX_ENVELOPE_BYTES], Optional.of(new byte[StoredEntry.MAX_BLOB_BYTES]));

        ArchiveReader reader = reader(archive(SECTION_BYTES, List.of(largest, largest)));

        assertThat(sections(reader)).hasSize(2);
        assertThat(reader.isComplete()).isTrue();
    }

    @Test
    void next_cutAtEveryByte_wholeSectionsAndNoMore() throws IOException {
        byte[] file = archive(SECTION_BYTES, items(20));
        ArchiveReader whole = reader(file);
        long begin = whole.total().bytes();
        List<ArchiveReader.Section> sections = sections(whole);
        for (int length = (int) begin; length < file.length; length++) {
            ArchiveReader reader = reader(Arrays.copyOf(file, length));
            int end = length;
            assertThat(sections(reader)).as("cut at %d", length).hasSize((int) sections.stream()
                    .filter(section -> section.total().bytes() <= end)
                    .count());
            assertThat(reader.isComplete()).isFalse();
        }
        for (int length = 0; length < begin; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> reader(cut)).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void next_everyBitFlipped_refusedOrCutOff() throws IOException {
        byte[] file = archive(SECTION_BYTES, items(10));
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                ArchiveReader reader = reader(damaged);
                sections(reader);
                // A frame that became longer than the file looks as if the file were cut.
                assertThat(reader.isComplete()).as("bit %d", bit).isFalse();
            } catch (InvalidBytesException e) {
                assertThat(e).hasMessageContaining("archive");
            }
        }
    }

    @Test
    void skipTo_endOfASection_readsTheRestAndCountsAll() throws IOException {
        byte[] file = archive(SECTION_BYTES, items(20));
        List<ArchiveReader.Section> sections = sections(reader(file));
        ArchiveReader.Section second = sections.get(1);

        ArchiveReader reader = reader(file);

        assertThat(reader.skipTo(second.total(), second.prefixHash())).isTrue();
        assertThat(sections(reader)).hasSize(sections.size() - 2);
        assertThat(reader.isComplete()).isTrue();
        assertThat(reader.total().entries()).isEqualTo(14);
        assertThat(reader(file).skipTo(second.total(), new byte[32])).isFalse();
        byte[] shorter = Arrays.copyOf(file, (int) second.total().bytes() - 1);
        assertThat(reader(shorter).skipTo(second.total(), second.prefixHash())).isFalse();
    }

    @Test
    void next_mostItemsOfASectionAndOneMore_takenAndRefused() throws IOException {
        ArchiveFrame[] frames = new ArchiveFrame[ArchiveFormat.MAX_SECTION_ITEMS + 1];
        Arrays.fill(frames, new ArchiveFrame.Entry(new byte[1], Optional.empty()));
        frames[frames.length - 1] = CLOSE;

        assertThat(sections(reader(forged(frames)))).hasSize(1);
        frames[frames.length - 1] = frames[0];
        assertRefused(forged(frames), (ArchiveFormat.MAX_SECTION_ITEMS + 1) + " items");
    }

    @Test
    void next_mostChunksOfASectionAndOneMore_takenAndRefused() throws IOException {
        ArchiveFrame[] frames = new ArchiveFrame[ArchiveFormat.MAX_SECTION_CHUNKS + 1];
        Arrays.fill(frames, new ArchiveFrame.Chunk(new byte[1]));
        frames[frames.length - 1] = CLOSE;

        assertThat(sections(reader(forged(frames)))).hasSize(1);
        frames[frames.length - 1] = frames[0];
        assertRefused(forged(frames), "65 chunks");
    }

    @Test
    void next_sectionOfTooManyBytes_refused() {
        ArchiveFrame megabyte = new ArchiveFrame.Chunk(new byte[1_048_576]);

        assertRefused(forged(megabyte, megabyte, megabyte, megabyte), "64 and 4194304");
    }

    @Test
    void next_shapesThatMustNotBe_refused() {
        ArchiveFrame entry = new ArchiveFrame.Entry(new byte[1], Optional.empty());

        assertRefused(forged(CLOSE), "a section without items");
        assertRefused(forged(entry, end(1, 1, 0)), "the end in the middle of a section");
        assertRefused(forged(new ArchiveFrame.Start(NETWORK)), "a second start");
        assertRefused(forged(entry, CLOSE, end(2, 1, 0)), "the end counts 2 entries");
        assertRefused(forged(entry, CLOSE, end(1, 0, 0)), "the end counts 1 entries, 0 without");
        assertRefused(forged(entry, CLOSE, end(1, 1, 1)), "1 chunks");
        assertRefused(forged(entry, CLOSE, end(1, 1, 0), entry), "bytes behind the end");
    }

    @Test
    void read_anotherVersionOrFile_refusedClearly() {
        byte[] file = forged();
        file[file.length - 1] = 2; // the version is the last byte of the start

        assertThatThrownBy(() -> reader(file)).hasMessageContaining("archive of version 2, this release reads 1");
        assertThatThrownBy(() -> reader(new byte[100])).hasMessageContaining("this is no archive");
    }

    @Test
    void next_hostileBytes_refusedOrCutOff() throws IOException {
        long seed = 20_261_120;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] file = archive(SECTION_BYTES, items(10));
        int begin = (int) reader(file).total().bytes();
        for (int i = 0; i < 100_000; i++) {
            byte[] hostile = mutated(random, file, begin);
            try {
                ArchiveReader reader = reader(hostile);
                sections(reader);
                assertThat(reader.isComplete() && !Arrays.equals(hostile, file))
                        .as("seed %d, case %d", seed, i)
                        .isFalse();
            } catch (InvalidBytesException e) {
                assertThat(e.getMessage()).as("seed %d, case %d", seed, i).contains("archive");
            }
        }
    }

    private static byte[] mutated(SplittableRandom random, byte[] file, int begin) {
        byte[] noise = new byte[random.nextInt(1, 40)];
        random.nextBytes(noise);
        int at = random.nextInt(begin, file.length);
        ByteArrayOutputStream hostile = new ByteArrayOutputStream();
        hostile.write(file, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> hostile.writeBytes(noise);
            case 1 -> {
                hostile.writeBytes(noise);
                int on = Math.min(file.length, at + noise.length);
                hostile.write(file, on, file.length - on);
            }
            case 2 -> hostile.write(file, random.nextInt(begin, file.length), 1);
            default -> {
                // A length as a liar would give it, with little behind it.
                hostile.writeBytes(Frames.prefix(random.nextInt(Integer.MAX_VALUE)));
                hostile.writeBytes(noise);
            }
        }
        return hostile.toByteArray();
    }
}
