"""Names of invented people and places, and the ASCII spelling that goes into their e-mail addresses."""

from __future__ import annotations

import unicodedata

import polars as pl

__all__ = ["AREA_CODES", "DISTRICT_NAMES", "FAMILY", "GIVEN", "GIVEN_SEX", "NameList", "place_names", "slug"]

_FEMALE = """
Abigail Adaeze Agnieszka Aisha Alejandra Alice Amara Amélie Amina Ana Anika Anjali Anna Annika Aoife Ariana Astrid Ava
Beatriz Bridget Camila Caroline Catalina Chiara Chloë Clara Claire Concepción Daniela Deborah Delphine Diya Ebony
Eleanor Elif Elena Elise Emily Emma Esmeralda Esther Eun-ji Eva Fatima Fiona Francesca Gabriela Genesis Grace
Guadalupe Hana Hannah Hồng Imani Inés Ingrid Isabella Ivy Jasmine Jia Josefina Julia Kahealani Katarzyna Kavya Keisha
Khadija Kiara Lakshmi Layla Leilani Lena Lila Linh Lucía Luna Mai Maria Mariam María-José Matilda Maya Mei Mia Mila
Mónica Nadia Naomi Natalia Ngozi Noor Nora Olivia Paloma Penelope Priya Rachel Renée Riya Rosa Ruth Sabine Sadie Saoirse
Sara Selma Seo-yeon Shreya Siobhán Sofía Soraya Stella Svetlana Tallulah Tamika Teresa Thandiwe Valentina Violet Wanjiru
Xiu Yara Yasmin Yuki Zahra Zoë Zofia
""".split()
_MALE = """
Aaron Abdul Adrián Ahmed Aidan Alejandro Amir Anders Andrés Anthony Antonio Arjun Axel Benjamin Björn Bogdan Caleb
Carlos César Chinedu Christopher Cole Cristián Damián Daniel Darnell David Deshawn Dev Diego Dmitri Dominic Eamon
Eduardo Elijah Émile Emmanuel Enrique Eric Ethan Ezekiel Farid Felipe Finn François Gabriel Giovanni Gustavo Hassan
Henry Hiroshi Hugo Ibrahim Ian Isaac Iván Jack Jamal James Javier Jean-Luc Jerome Jesús Jin Joaquín John Jonah
José Joshua Juan-Pablo Kai Karim Keanu Keith Kenji Kofi Kwame Lamar Leo Liam Lorenzo Luca Luis Malik Manuel Marcus Mateo
Matthew Michael Miguel Min-jun Mohammed Moses Nathan Nikhil Nikolai Noah Oliver Omar Oscar Owen Patrick Paulo Pedro
Quang Rafael Raj Ramón Rashid Raúl René Rohan Roman Samir Samuel Santiago Sean Sebastián Sergei Stefan Tariq Tevita
Thanh Theo Thomas Tomás Trevon Tyrone Tyler Vikram Vincent Wei William Xavier Yusuf Zachary Zoltán
""".split()
_EITHER = """
Alexis Avery Blake Cameron Casey Dakota Devon Drew Emerson Finley Harper Hayden Jamie Jordan Kendall Logan Morgan Parker
Peyton Quinn Reese Riley River Robin Rowan Sage Sasha Skyler Taylor
""".split()
_SIMPLE_FAMILY = """
Abara Abbott Abdi Abdullah Acosta Adams Adeyemi Aguilar Ahmadi Ahn Akana Alexander Ali Allen Almeida Alvarez Andersen
Anderson Arce Arellano Armstrong Asante Austin Avila Bailey Baker Banerjee Barnes Barrera Batiste Bauer Begay Beltrán
Bennett Bergström Berry Bhatt Blackwood Bianchi Boateng Boone Boyd Brady Bravo Brennan Brooks Brown Bryant Bui
Burke Burns Byrd Cabrera Calderón Campbell Cao Cardoso Carlson Carter Castellanos Castillo Çelik Chan Chandra
Chang Chavez Chen Cho Choi Christensen Clark Clay Cohen Cole Coleman Collins Contreras Cook Cooper Corbett Correia
Cortés Costa Cruz Cunningham Dang Daniels Das Davis Dávila Delgado Demir Desai Diallo Díaz Diop Dixon Đỗ Dominguez
Donovan Douglas Doyle Duarte Dubois Duncan Dunn Duong Eaton Edwards Egan Ellis Eriksen Escobar Espinoza Estrada
Evans Farah Ferguson Fernández Ferrari Figueroa Fischer Fisher Flores Flynn Foster Fournier Fox Franco Frazier Fuentes
Gallagher Gallegos Garcia García Gebre Ghosh Gibson Gómez González Grant Gray Green Greene Griffin Guerrero Guo Gupta
Gutiérrez Guzmán Haddad Hall Hamid Hansen Harding Harris Hassan Hayes Henderson Hernández Herrera Hoang Hoffman Holt
Horvat Hossain Houston Huang Hughes Hussein Huynh Ibarra Ito Ivanova Iyer Jackson Jacobs James Jansen Jenkins Jensen
Jiménez Johansson Johnson Jones Joseph Juárez Kamara Kang Kapoor Katz Kaur Kealoha Keita Kelly Kennedy Khan Kim King
Klein Kowalczyk Kowalski Kumar Kuznetsov Lam Lane Larsen Larson Le Lee Lehmann León Levy Lewis Li Lim Lin Little Liu
Lopez López Lozano Lund Luna Ly Lynch Macías Mahmoud Maldonado Malik Marín Marsh Martin Martínez Mason Matsuda
Mbeki Mehta Mejía Mendoza Mensah Meyer Miller Mills Miranda Mitchell Mohamed Molina Montoya Moore Morales Moreno Morgan
Morris Müller Muñoz Murphy Myers Nair Nakamura Navarro Nelson Ng Nguyen Nguyễn Nielsen Novak Núñez Nwosu
Obi Ochoa Okafor Okoye Oliveira Olsen Omar Ortega Ortiz Osei Owens Owusu Özdemir Pacheco Padilla Page Park Patel
Patterson Paz Peña Pereira Perez Pérez Perry Peters Petersen Petrov Pham Phan Phillips Popov Porter Powell Price Quach
Quinn Quintero Rahman Ramírez Ramos Rao Ray Reddy Reed Reid Rey Reyes Richardson Rios Rivera Roberts Robinson Rocha
Rodríguez Rogers Rojas Romero Rosa Rossi Roy Ruiz Russell Ryan Saeed Saito Salazar Salinas Sánchez Sanders Sandoval
Santos Sato Schmidt Schneider Scott Serrano Shah Sharma Shaw Silva Singh Smith Solís Søndergaard Soto Stewart Stone
Suárez Sullivan Suzuki Szabó Tafoya Takahashi Tan Tanaka Taylor Thao Thomas Thompson Torres Tran Trần Trujillo Tsosie
Turner Uddin Valdez Valencia Vang Vargas Vasquez Vega Velasco Villanueva Vincent Vu Walker Wallace Walsh Wang Ward
Washington Watanabe Watson Webb Weber West White Williams Wilson Wong Wood Wright Wu Xiong Yamamoto Yang Yazzie Yilmaz
Young Yu Zamora Zapata Zhang Zhao Zhu Zimmermann Żuraw
""".split()
_COMPOUND_FAMILY = (
    "O'Brien", "O'Connor", "O'Neill", "O’Sullivan", "D'Angelo", "D'Souza", "M'Baye", "N'Diaye", "Smith-Jones",
    "García-López", "Ortiz-Reyes", "Lee-Park", "Fofana-Kone", "Saint-Pierre", "Al-Masri", "El-Amin", "Ben-David",
    "de la Cruz", "de León", "de los Santos", "del Río", "da Silva", "dos Santos", "di Marco", "van Dyke",
    "van der Berg", "von Hagen", "Le Blanc", "St. James", "Mac Donald", "Castillo Vega", "Moreno Díaz",
)  # fmt: skip
_SPELLINGS = str.maketrans({"ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "ß": "ss", "æ": "ae", "ı": "i"})
_TREES = """
Maple Cedar Alder Willow Aspen Birch Hawthorn Juniper Laurel Magnolia Oak Pine Redwood Spruce Sycamore Walnut Hazel
Heron Eagle Falcon Otter Salmon River Lake Harbor Summit Prairie
""".split()
_FEATURES = """
Valley Creek Grove Ridge Park Hill Meadow Point Glen Springs Heights Crossing Bend Lane View Field Shore Falls Brook
Canyon Terrace Bluff
""".split()
_COMPASS = ("", "North ", "South ", "East ", "West ")

DISTRICT_NAMES = (
    "Maple Valley", "Cedar Falls Unified", "Alder Creek", "Harbor Point", "Prairie View", "Juniper Ridge",
    "Lake Willow", "Redwood Glen",
)  # fmt: skip

AREA_CODES = """
206 425 253 360 564 509 201 202 203 205 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 231
234 239 240 248 251 252 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 303 304 305 307 308 309 310 312 313
314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 341 346 347 350 351 352 353 361 363
364 369 380 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 430 432 434 435 440 442 443 445
447 448 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 505 507 508 510 512 513 515 516 517 518 520 530 531
534 539 540 541 551 557 559 561 562 563 567 570 571 572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 610
612 614 615 616 617 618 619 620 623 626 628 629 630 631 636 640 641 645 646 650 651 656 657 659 660 661 662 667 669 678
680 681 682 686 689 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 734
737 738 740 743 747 748 754 757 760 762 763 765 769 770 771 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808
810 812 813 814 815 816 817 818 820 821 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859 860
862 863 864 865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934
936 937 938 940 941 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989
""".split()


def slug(name: str) -> str:
    """The name in lower-case ASCII letters, as mail addresses and user names spell it."""
    plain = unicodedata.normalize("NFKD", name.translate(_SPELLINGS))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())


class NameList:
    """A list of names that expressions can index; ``spelled`` and ``slugged`` give the two forms."""

    def __init__(self, names: list[str]) -> None:
        self._spelled = pl.Series(names)
        self._slugged = pl.Series([slug(name) for name in names])

    def __len__(self) -> int:
        return len(self._spelled)

    def spelled(self, index: pl.Expr) -> pl.Expr:
        """The name as people write it."""
        return pl.lit(self._spelled).gather(index.cast(pl.UInt32))

    def slugged(self, index: pl.Expr) -> pl.Expr:
        """The name in lower-case ASCII."""
        return pl.lit(self._slugged).gather(index.cast(pl.UInt32))


GIVEN = NameList([*_FEMALE, *_MALE, *_EITHER])
GIVEN_SEX = {"female": (0, len(_FEMALE)), "male": (len(_FEMALE), len(_MALE))}
"""sex → (first index, count) of the given names that go with it; the names after both go with either."""
FAMILY = NameList([*_SIMPLE_FAMILY, *_COMPOUND_FAMILY])


def place_names(count: int) -> list[str]:
    """``count`` different names for schools: Cedar Creek, Maple Grove, … North Cedar Creek, …"""
    pairs = len(_TREES) * len(_FEATURES)
    names = []
    for number in range(count):
        prefix, index = divmod(number, pairs)
        # A stride without a common factor with the number of pairs visits each pair once, in no visible order.
        tree, feature = divmod(index * 257 % pairs, len(_FEATURES))
        compass = _COMPASS[prefix % len(_COMPASS)]
        again = "" if prefix < len(_COMPASS) else f" {prefix // len(_COMPASS) + 1}"
        names.append(f"{compass}{_TREES[tree]} {_FEATURES[feature]}{again}")
    return names
