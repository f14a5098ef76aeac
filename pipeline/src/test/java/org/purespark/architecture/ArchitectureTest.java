// SPDX-License-Identifier: Apache-2.0
package org.purespark.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.purespark.family.Family;

/**
 * What may know what in the library. That it does not know Spark is the compiler's to hold: it is not there. A rule
 * that fails names the class and the line.
 */
@AnalyzeClasses(packages = "org.purespark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** The system loads a native library from a local disk and from nowhere else. */
    private static final String UNPACKS_NATIVE_LIBRARIES = "org.purespark.text.NativeTokenizers";

    /** The kernel tells by files which processes count together. */
    private static final String ASKS_THE_KERNEL = "org.purespark.run.lease.LeaseOwner";

    /** Kernels are compiled for the machine's own GPU, and kept on its disk. */
    private static final String KEEPS_KERNELS = "org.purespark.model.cuda.KernelCache";

    /** Processes of one machine tell each other which of its GPUs they use. */
    private static final String LOCKS_DEVICES = "org.purespark.model.cuda.DeviceSeats";

    /** What other programs' files hold is a BERT encoder. */
    private static final String CONVERTS_BERT = "org.purespark.checkpoint.ConvertedEncoder";

    /** Device makes engines; MemoryNeed asks what an engine takes beside the arrays of a graph. */
    private static final String KNOW_ENGINES = "org\\.purespark\\.model\\.(Device|MemoryNeed)(\\$.*)?";

    @ArchTest
    static final ArchRule nd4jIsKnownWhereTensorsAreComputed = noClasses()
            .that()
            .resideOutsideOfPackages("org.purespark.model..", "org.purespark.train..", "org.purespark.checkpoint..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
            .because("the engine must be replaceable");

    @ArchTest
    static final ArchRule anEncoderIsDescribedForItself = noClasses()
            .that()
            .resideInAPackage("org.purespark.encoder..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("org.purespark..").and(resideOutsideOfPackage("org.purespark.encoder..")))
            .because("files, graphs and engines all ask the description");

    @ArchTest
    static final ArchRule whatComputesKnowsNoFamily = noClasses()
            .that()
            .resideInAPackage("org.purespark.model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.purespark.family..")
            .because("a family is a way to write an encoder down, not a way to compute");

    @ArchTest
    static final ArchRule noFamilyIsNamedOutside = noClasses()
            .that()
            .resideOutsideOfPackage("org.purespark.family..")
            .and()
            .doNotHaveFullyQualifiedName(CONVERTS_BERT)
            .should()
            .dependOnClassesThat(assignableTo(Family.class).and(not(type(Family.class))))
            .because("adding a family must not touch those that read, write and compute it");

    @ArchTest
    static final ArchRule theSeamKnowsNoEngine = noClasses()
            .that()
            .resideInAPackage("org.purespark.model.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.purespark.model.cpu..",
                    "org.purespark.model.cuda..",
                    "org.purespark.model.reference..",
                    "org.nd4j..",
                    "org.bytedeco..")
            .because("an engine is one of several");

    @ArchTest
    static final ArchRule theReferenceEngineStandsByItself = noClasses()
            .that()
            .resideInAPackage("org.purespark.model.reference..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.purespark.model.cpu..", "org.purespark.model.cuda..", "org.nd4j..", "org.bytedeco..")
            .because("other engines are held against it");

    @ArchTest
    static final ArchRule theCpuEngineIsKnownWhereItIsChosen = noClasses()
            .that()
            .resideOutsideOfPackage("org.purespark.model.cpu..")
            .and()
            .haveNameNotMatching(KNOW_ENGINES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.purespark.model.cpu..")
            .because("everything else computes through the seam");

    @ArchTest
    static final ArchRule theCudaEngineIsKnownWhereItIsChosen = noClasses()
            .that()
            .resideOutsideOfPackage("org.purespark.model.cuda..")
            .and()
            .haveNameNotMatching(KNOW_ENGINES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.purespark.model.cuda..")
            .because("everything else computes through the seam");

    @ArchTest
    static final ArchRule theCudaEngineTakesNoTensorLibrary = noClasses()
            .that()
            .resideInAPackage("org.purespark.model.cuda..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.purespark.model.cpu..")
            .because("its arrays stay on the device");

    @ArchTest
    static final ArchRule theVectorUnitIsKnownToTheCpuEngine = noClasses()
            .that()
            .resideOutsideOfPackages("org.purespark.model.cpu..", "org.purespark.random..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator..")
            .because("other engines compute without it");

    @ArchTest
    static final ArchRule filesAreReachedThroughStorage = noClasses()
            .that()
            .resideOutsideOfPackage("org.purespark.storage..")
            .and()
            .doNotHaveFullyQualifiedName(UNPACKS_NATIVE_LIBRARIES)
            .and()
            .doNotHaveFullyQualifiedName(ASKS_THE_KERNEL)
            .and()
            .doNotHaveFullyQualifiedName(KEEPS_KERNELS)
            .and()
            .doNotHaveFullyQualifiedName(LOCKS_DEVICES)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.hadoop.fs.FileSystem")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File(Input|Output)Stream|File(Reader|Writer)|RandomAccessFile)")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.file.Files")
            .because("every address may be on any Hadoop file system");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.purespark.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .because("such a name tells nothing of what the class is for");

    @ArchTest
    static final ArchRule theLibraryPrintsNothing = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule theLibraryLogsThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule chanceComesFromASeed = noClasses()
            .that()
            .resideOutsideOfPackage("org.purespark.random..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .because("the same seed must give the same result");

    @ArchTest
    static final ArchRule noStateIsShared =
            fields().that().areStatic().should().beFinal().because("executors run many tasks in one JVM");
}
